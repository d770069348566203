"""The file as a whole."""
from pathlib import Path
from typing import Mapping, NamedTuple, Sequence, Tuple

import onnx
from google.protobuf.message import DecodeError

from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph, without_dead_nodes
from job.onnx_model.opsets import upgraded
from job.onnx_model.passes.infer_shapes import infer_shapes, inferred
from job.onnx_model.reading.floats import with_float32
from job.onnx_model.reading.inputs import declared_dtype, input_shapes
from job.onnx_model.reading.names import check_order, named
from job.onnx_model.reading.nodes import nodes_of
from job.onnx_model.reading.tensors import bad, tensor_reader
from job.values import Shape

OPSETS = range(6, 11)


class OnnxFile(NamedTuple):
    """What the file says, as it says it."""

    graph: Graph  # of the file's own opset, floats and names; no shapes yet
    inputs: Tuple[onnx.ValueInfoProto, ...]  # those that are not weights
    opset: int


def open_onnx(data: bytes, folder: Path) -> OnnxFile:
    """`folder` is where the files of tensors that lie beside the model are.

    Raises BadCheckpoint for what is no valid ONNX, UnsupportedModel for what is and cannot be read here.
    """
    model = _parsed(data)
    opset = _opset(model)
    read = tensor_reader(folder)
    nodes, constants = nodes_of(model.graph.node, opset, read)
    constants = dict(((item.name, read(item)) for item in model.graph.initializer), **constants)
    inputs = tuple(item for item in model.graph.input if item.name not in constants)
    names = tuple(item.name for item in inputs)
    graph = Graph(nodes, names, tuple(item.name for item in model.graph.output), constants, {},
                  {item.name: declared_dtype(item) for item in inputs})
    if len(set(names)) < len(names) or not graph.outputs:
        raise bad("two inputs are called alike" if graph.outputs else "it has no outputs")
    check_order(graph)
    return OnnxFile(graph, inputs, opset)


def graph_of(file: OnnxFile, given: Mapping[str, Shape], input_names: Sequence[str],
             output_names: Sequence[str]) -> Tuple[Graph, Tuple[str, ...]]:
    """The graph in the canonical opset, in float32, every tensor's shape known; and notes of what changed.

    `given` are shapes of inputs by their names in the file, which need them only where it leaves a size open.
    """
    shapes = input_shapes(file.inputs, given)
    graph = without_dead_nodes(file.graph._replace(shapes=dict(zip(file.graph.inputs, shapes))))
    graph, notes = with_float32(named(graph, input_names, output_names))
    graph = upgraded(inferred(graph, file.opset), file.opset)
    return infer_shapes(graph), notes


def _parsed(data: bytes) -> onnx.ModelProto:
    try:
        model = onnx.ModelProto.FromString(data)
    except DecodeError as error:
        raise bad("it is no ONNX model, or not a whole one") from error
    if not model.HasField("graph") or not model.graph.node and not model.graph.initializer:
        raise bad("it holds no graph")
    return model


def _opset(model: onnx.ModelProto) -> int:
    versions = {item.domain or "ai.onnx": item.version for item in model.opset_import}
    version = versions.get("ai.onnx", 1)
    if version not in OPSETS:
        raise UnsupportedModel(["opset {}".format(version)],
                               hint="export with an opset from {} to {}".format(OPSETS[0], OPSETS[-1]))
    return version
