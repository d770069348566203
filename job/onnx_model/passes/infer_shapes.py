"""Tensors whose shape the exporter did not say get the one that ONNX infers, or else shows.

before: x [1,8,6,9] -> Gather(axis=2) -> AveragePool(2x2), both of unknown shape
after:  the same nodes, [1,8,14,9] and [1,8,7,4]
"""
from typing import Callable, Dict, List, Tuple

import numpy as np
import onnx
from onnx import helper, shape_inference
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph, RuntimeException

from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph, without_dead_nodes
from job.onnx_model.protobuf import protobuf_from_graph
from job.onnx_model.runtime import run_graph
from job.values import Shape

Found = Dict[str, Tuple[Shape, str]]  # shape and dtype

_SMALL = 64  # elements: enough for any shape or axis list, which inference reads the values of


def infer_shapes(graph: Graph) -> Graph:
    for found_by in (_inferred, _measured):
        unknown = [name for node in graph.nodes for name in node.outputs if name and name not in graph.shapes]
        if unknown:
            found = _or_refused(found_by, graph, unknown)
            graph = graph._replace(shapes=dict(((name, shape) for name, (shape, _) in found.items()), **graph.shapes),
                                   dtypes=dict(((name, dtype) for name, (_, dtype) in found.items()), **graph.dtypes))
    return graph


def _or_refused(found_by: Callable[[Graph, List[str]], Found], graph: Graph, unknown: List[str]) -> Found:
    """PyTorch 1.1 runs a few things that ONNX does not allow, such as a pool larger than its map."""
    try:
        return found_by(graph, unknown)
    except (RuntimeError, InvalidGraph, Fail, RuntimeException, InvalidArgument) as error:
        reason = str(error).split("\n")[0]
        raise UnsupportedModel(["a form that ONNX does not allow: {}".format(reason)],
                               hint="look for pools or kernels that are larger than their map") from error


def _inferred(graph: Graph, unknown: List[str]) -> Found:
    inferred = shape_inference.infer_shapes(_without_weights(graph)).graph
    tensors = {item.name: item.type.tensor_type for item in inferred.value_info}
    return {name: (tuple(axis.dim_value for axis in tensors[name].shape.dim),
                   helper.mapping.TENSOR_TYPE_TO_NP_TYPE[tensors[name].elem_type].name)
            for name in unknown if name in tensors and tensors[name].HasField("shape")
            and all(axis.HasField("dim_value") for axis in tensors[name].shape.dim)}


def _without_weights(graph: Graph) -> onnx.ModelProto:
    """Large constants become inputs of their shape: inference copies the model, and needs no weight. Small ones are
    declared too: onnx 1.5 takes an axis list that is not for an absent one, and cuts another axis."""
    small = {name: value for name, value in graph.constants.items() if value.size <= _SMALL}
    model = protobuf_from_graph(graph._replace(constants=small))
    model.graph.input.extend(
        helper.make_tensor_value_info(name, helper.mapping.NP_TYPE_TO_TENSOR_TYPE[value.dtype], value.shape)
        for name, value in graph.constants.items())
    return model


def _measured(graph: Graph, unknown: List[str]) -> Found:
    """ONNX 1.5 infers no shape for some operators (Gather): one forward shows them."""
    zeros = [np.zeros(graph.shapes[name], graph.dtypes[name]) for name in graph.inputs]
    part = without_dead_nodes(graph._replace(outputs=tuple(unknown)))
    return {name: (value.shape, value.dtype.name) for name, value in zip(unknown, run_graph(part, zeros))}
