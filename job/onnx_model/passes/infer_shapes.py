"""Tensors whose shape is not said get the one that ONNX infers, or else shows.

before: x [1,8,6,9] -> Gather(axis=2) -> AveragePool(2x2), both of unknown shape
after:  the same nodes, [1,8,14,9] and [1,8,7,4]
"""
from typing import Dict, List, Mapping, Sequence, Tuple

import numpy as np
import onnx
from onnx import helper, shape_inference

from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph, Node
from job.onnx_model.protobuf import OPSET, protobuf_from_graph
from job.onnx_model.runtime import RUNTIME_ERRORS, run_graph
from job.values import Shape

Found = Dict[str, Tuple[Shape, str]]  # shape and dtype
Values = Dict[str, np.ndarray]

_SMALL = 64  # elements: enough for any shape or axis list, which inference reads the values of
# The inputs whose values decide the output's shape: a forward shows it only where they are constants.
_SHAPING_INPUTS = {
    "Compress": (1,), "ConstantOfShape": (0,), "Expand": (1,), "MaxUnpool": (2,), "NonMaxSuppression": (0, 1),
    "NonZero": (0,), "OneHot": (1,), "Reshape": (1,), "Resize": (1,), "Slice": (1, 2, 3, 4), "Tile": (1,), "TopK": (1,),
    "StringNormalizer": (0,)}  # type: Mapping[str, Sequence[int]]


def infer_shapes(graph: Graph) -> Graph:
    graph = inferred(graph, OPSET)
    if not _unknown(graph.nodes, graph):
        return graph
    values = dict(graph.constants)  # and what depends on nothing but these and on shapes
    for node in graph.nodes:
        if node.op == "Shape" and node.inputs[0] in graph.shapes:
            values[node.output] = np.array(graph.shapes[node.inputs[0]], np.int64)
        elif all(name in values for name in node.inputs if name):
            values.update(_forward(node, values, graph))
        elif not _unknown([node], graph) or not _is_shown(node, values, graph):
            continue
        shown = {name: values[name] for name in node.outputs if name in values} or _forward(node, values, graph)
        graph = _with(graph, {name: (value.shape, value.dtype.name) for name, value in shown.items()})
    return graph


def inferred(graph: Graph, opset: int) -> Graph:
    """What ONNX itself infers; 1.5 knows no rule for some operators (Gather)."""
    unknown = _unknown(graph.nodes, graph)
    if not unknown:
        return graph
    try:
        tensors = shape_inference.infer_shapes(_without_weights(graph, opset)).graph.value_info
    except RuntimeError as error:
        raise _refused(_told(_contradicted(graph, opset), str(error))) from error
    types = {item.name: item.type.tensor_type for item in tensors}
    return _with(graph, {name: _shape_and_dtype(types[name]) for name in unknown
                         if name in types and _is_whole(types[name])})


def _contradicted(graph: Graph, opset: int) -> Node:
    """The first node of which ONNX alone infers nothing to be left, or other shapes than are said."""
    for node in graph.nodes:
        constants = {name: graph.constants[name] for name in node.inputs if name in graph.constants}
        inputs = tuple(sorted({name for name in node.inputs if name in graph.shapes and name not in constants}))
        part = graph._replace(nodes=(node,), inputs=inputs, outputs=tuple(filter(None, node.outputs)), constants=constants)
        try:
            made = shape_inference.infer_shapes(_without_weights(part, opset)).graph.value_info
        except RuntimeError:
            return node
        found = {item.name: _shape_and_dtype(item.type.tensor_type) for item in made if _is_whole(item.type.tensor_type)}
        if any(0 in shape for shape, _ in found.values()):
            return node
        graph = _with(graph, found)
    return graph.nodes[-1]


def _told(node: Node, reason: str) -> str:
    return "{} at {}: {}".format(node.op, node.place, reason)


def _refused(reason: str) -> UnsupportedModel:
    """PyTorch 1.1 runs a few things that ONNX does not allow, such as a pool larger than its map."""
    return UnsupportedModel(["a form that ONNX does not allow: {}".format(reason.split("\n")[0])],
                            hint="look for pools or kernels that are larger than their map")


def _unknown(nodes: Sequence[Node], graph: Graph) -> List[str]:
    return [name for node in nodes for name in node.outputs if name and name not in graph.shapes]


def _with(graph: Graph, found: Found) -> Graph:
    return graph._replace(shapes=dict(((name, shape) for name, (shape, _) in found.items()), **graph.shapes),
                          dtypes=dict(((name, dtype) for name, (_, dtype) in found.items()), **graph.dtypes))


def _is_whole(kind: onnx.TypeProto.Tensor) -> bool:
    return kind.HasField("shape") and all(axis.HasField("dim_value") for axis in kind.shape.dim)


def _shape_and_dtype(kind: onnx.TypeProto.Tensor) -> Tuple[Shape, str]:
    return (tuple(axis.dim_value for axis in kind.shape.dim),
            helper.mapping.TENSOR_TYPE_TO_NP_TYPE[kind.elem_type].name)


def _without_weights(graph: Graph, opset: int) -> onnx.ModelProto:
    """Large constants become inputs of their shape: inference copies the model, and needs no weight. Small ones are
    declared too: onnx 1.5 takes an axis list that is not for an absent one, and cuts another axis."""
    small = {name: value for name, value in graph.constants.items() if value.size <= _SMALL}
    model = protobuf_from_graph(graph._replace(constants=small), opset=opset)
    model.graph.input.extend(
        helper.make_tensor_value_info(name, helper.mapping.NP_TYPE_TO_TENSOR_TYPE[value.dtype], value.shape)
        for name, value in graph.constants.items())
    return model


def _is_shown(node: Node, values: Values, graph: Graph) -> bool:
    """Whether any forward shows the output's shape: no computed value decides it, and texts are not run."""
    shaping = [node.inputs[place] for place in _SHAPING_INPUTS.get(node.op, ()) if place < len(node.inputs)]
    computed = [name for name in node.inputs if name and name not in values]
    return (all(not name or name in values for name in shaping)
            and all(name in graph.shapes and graph.dtypes.get(name) != "object" for name in computed))


def _forward(node: Node, values: Values, graph: Graph) -> Values:
    """The node alone, on zeros where no value is known."""
    constants = {name: values[name] for name in node.inputs if name in values}
    inputs = tuple(sorted({name for name in node.inputs if name and name not in constants}))
    outputs = tuple(filter(None, node.outputs))
    part = Graph((node,), inputs, outputs, constants, {name: graph.shapes[name] for name in inputs}, graph.dtypes)
    zeros = [np.zeros(graph.shapes[name], graph.dtypes.get(name, "float32")) for name in inputs]
    try:
        return dict(zip(outputs, run_graph(part, zeros)))
    except RUNTIME_ERRORS as error:
        raise _refused(_told(node, str(error))) from error
