"""The file as a whole."""
from pathlib import Path
from typing import Iterator, Mapping, NamedTuple, Sequence, Tuple

import onnx

from job.checkpoint.watch import Watch
from job.errors import UnsupportedModel
from job.onnx_model.from_the_end import counted_from_the_first
from job.onnx_model.graph import Graph, without_dead_nodes
from job.onnx_model.model_file import refuse_huge
from job.onnx_model.opsets import upgraded
from job.onnx_model.opsets.newer import NEWEST, lowered
from job.onnx_model.passes.infer_shapes import infer_shapes, inferred
from job.onnx_model.protobuf import OPSET
from job.onnx_model.reading.floats import with_float32
from job.onnx_model.reading.inlining import inline
from job.onnx_model.reading.inputs import declared_dtype, input_shapes
from job.onnx_model.reading.messages import parsed
from job.onnx_model.reading.names import check_order, named
from job.onnx_model.reading.nodes import nodes_of
from job.onnx_model.reading.tensors import Tensors, bad
from job.onnx_model.reading.texts import texts
from job.values import Shape

_CHOSEN = ("values decide which branch of the If at {} counts, and only those that the probes take are compared: show inputs for "
           "all of them with --samples")
_WIDENED = {"weights": "bfloat16 weights became float32, exactly", "inputs": "bfloat16 inputs became float32"}
OPSETS = range(6, NEWEST + 1)


class OnnxFile(NamedTuple):
    """What the file says, as it says it."""

    graph: Graph  # of the file's own opset, floats and names; no shapes yet
    inputs: Tuple[onnx.ValueInfoProto, ...]  # those that are not weights
    opset: int
    files: Tuple[Watch, ...] = ()  # beside it, with some of its weights
    widened: Tuple[str, ...] = ()  # what of it was of bfloat16: weights, inputs
    inlined: bytes = b""  # the same model without functions of its own, where it has any


def open_onnx(data: bytes, folder: Path) -> OnnxFile:
    """`folder` is where the files of tensors that lie beside the model are.

    Raises BadCheckpoint for what is no valid ONNX, UnsupportedModel for what is and cannot be read here.
    """
    model = _parsed(data)
    opset = _opset(model)
    had_functions = inline(model, opset, len(data))
    tensors = Tensors(folder)
    nodes, constants = nodes_of(model.graph.node, opset, tensors)
    constants = dict(((item.name, tensors.read(item)) for item in model.graph.initializer), **constants)
    inputs = tuple(item for item in model.graph.input if item.name not in constants)
    names = tuple(item.name for item in inputs)
    graph = Graph(nodes, names, tuple(item.name for item in model.graph.output), constants, {},
                  {item.name: declared_dtype(item) for item in inputs})
    if len(set(names)) < len(names) or not graph.outputs:
        raise bad("two inputs are called alike" if graph.outputs else "it has no outputs")
    check_order(graph)
    widened = ("weights",) * tensors.widened + ("inputs",) * any(
        item.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16 for item in inputs)
    return OnnxFile(graph, inputs, opset, tensors.files, widened, model.SerializeToString() if had_functions else b"")


def graph_of(file: OnnxFile, given: Mapping[str, Shape], input_names: Sequence[str],
             output_names: Sequence[str]) -> Tuple[Graph, Tuple[str, ...]]:
    """The graph in the canonical opset, in float32, every tensor's shape known; and notes of what changed.

    `given` are shapes of inputs by their names in the file, which need them only where it leaves a size open.
    """
    shapes = input_shapes(file.inputs, given)
    graph = without_dead_nodes(file.graph._replace(shapes=dict(zip(file.graph.inputs, shapes))))
    refuse_huge(graph)
    graph, notes = with_float32(named(graph, input_names, output_names))
    canonical = _in_canonical_opset(graph, file.opset)
    refuse_huge(canonical)
    canonical = counted_from_the_first(canonical, {node.output for node in graph.nodes if node.op == "Gather"})
    told = tuple(_WIDENED[what] for what in file.widened)
    return canonical, told + notes + tuple(_chosen_by_values(graph, canonical))


def _chosen_by_values(before: Graph, after: Graph) -> Iterator[str]:
    """What is to be known of branches that no probe may take."""
    chosen = {name for node in before.nodes if node.op == "If" for name in node.outputs}
    for node in after.nodes:
        if node.op == "Where" and node.output in chosen:
            yield _CHOSEN.format(node.place)


def _in_canonical_opset(graph: Graph, opset: int) -> Graph:
    if opset > OPSET:
        return infer_shapes(without_dead_nodes(lowered(graph, opset)))
    graph = inferred(graph, opset)
    refuse_huge(graph)
    return infer_shapes(upgraded(graph, opset))


def _parsed(data: bytes) -> onnx.ModelProto:
    model = parsed(onnx.ModelProto, data, "it is no ONNX model")
    if not model.HasField("graph") or not model.graph.node and not model.graph.initializer:
        raise bad("it holds no graph")
    if any(isinstance(name, bytes) for name in texts(model.graph)):
        raise bad("a name in it is not UTF-8")
    return model


def _opset(model: onnx.ModelProto) -> int:
    versions = {item.domain or "ai.onnx": item.version for item in model.opset_import}
    version = versions.get("ai.onnx", 1)
    if version not in OPSETS:
        raise UnsupportedModel(["opset {}".format(version)],
                               hint="export with an opset from {} to {}".format(OPSETS[0], OPSETS[-1]))
    return version
