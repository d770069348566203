"""The frozen network, made once for every .tflite: weights stay in numpy until its bytes are asked for."""
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.types_pb2 import DT_FLOAT

from job.determinism import canonical_bytes
from job.errors import StageFailed
from job.recurrence import Recurrence
from job.tensorflow_model.graph import VARIABLE, KerasGraph, Variable, lean_network
from job.tensorflow_model.loops import with_stand_ins, without_loops
from job.tensorflow_model.nodes import of_shape, of_type, shape_proto
from job.tensorflow_model.products_as_pairs import with_pairs
from job.tensorflow_model.toco_guards import guarded

LARGEST = 2 ** 31 - 2 ** 24  # bytes of weights: a protobuf and a flatbuffer end at 2 GiB, nodes included
BYTES = 2  # the wire type of strings, bytes and embedded messages

Part = Union[bytes, memoryview]


class FrozenTensor(NamedTuple):
    name: str
    dtype: int  # TensorFlow's number
    shape: Tuple[int, ...]


class FrozenLoop(NamedTuple):
    """What stands in for it is called by its number among all: see job.tensorflow_model.loops."""

    name: str  # of the layer
    recurrence: Recurrence
    weights: Tuple[np.ndarray, ...]


class FrozenGraph(NamedTuple):
    """A GraphDef in two halves: the nodes, and the constants that took the place of variables; and its loops."""

    nodes: GraphDef
    constants: Tuple[Variable, ...]
    inputs: Tuple[FrozenTensor, ...]
    outputs: Tuple[str, ...]
    loops: Tuple[FrozenLoop, ...] = ()

    def serialized(self, filled: Mapping[str, float] = {}) -> bytes:
        """The GraphDef's bytes, constants first: the only copy that is made of the weights.

        `filled` gives one number for all values of some constants, by name.
        """
        parts = [part for constant in self.constants for part in _constant_node(constant, filled.get(constant.name))]
        return b"".join(parts + [canonical_bytes(self.nodes)])


def frozen_graph(model: KerasGraph, batch: int) -> FrozenGraph:
    """Variables become constants and placeholders get the static batch.

    Raises StageFailed where another dimension is open or the weights do not fit into a protobuf.
    """
    network = lean_network(model)
    _refuse_too_large(network.variables)
    inputs = tuple(_static(tensor, batch) for tensor in model.inputs)
    nodes = GraphDef(versions=network.graph_def.versions)
    shapes = {each.name: each.shape for each in inputs}
    for node in network.graph_def.node:
        if node.op == VARIABLE:
            continue
        nodes.node.extend([node])
        if node.name in shapes:
            nodes.node[-1].attr["shape"].CopyFrom(of_shape(shapes[node.name]))
    outputs = tuple(tensor.op.name for tensor in model.outputs)
    values = {variable.name: variable.value for variable in network.variables}
    loops = [loop for loop in model.loops if set(loop.weights).issubset(values)]  # others no output needs
    nodes = without_loops(nodes, loops, outputs + tuple(shapes))
    left = {each.name for each in nodes.node}
    constants = tuple(variable for variable in network.variables if variable.read in left)
    nodes = with_stand_ins(guarded(with_pairs(nodes, constants), constants), loops)
    frozen = tuple(FrozenLoop(loop.name, loop.recurrence, tuple(values[name] for name in loop.weights)) for loop in loops)
    return FrozenGraph(nodes, constants, inputs, outputs, frozen)


def _static(tensor: Any, batch: int) -> FrozenTensor:
    shape = tensor.shape.as_list()
    if shape[:1] == [None]:
        shape[0] = batch
    if None in shape:
        raise StageFailed("input {} has shape {}: only the batch may be open".format(tensor.op.name, shape),
                          hint="name the whole shape with --input-shape", stage="tflite")
    return FrozenTensor(tensor.op.name, tensor.dtype.as_datatype_enum, tuple(shape))


def _refuse_too_large(constants: Sequence[Variable]) -> None:
    size = size_of(constants)
    if size > LARGEST:
        raise StageFailed("the weights have {} bytes, and a .tflite ends at 2 GiB".format(size),
                          hint="use a smaller model: its file format has no larger offset", stage="tflite")


def size_of(constants: Sequence[Variable]) -> int:
    """Bytes."""
    return sum(constant.value.nbytes for constant in constants)


def _constant_node(constant: Variable, number: Optional[float]) -> List[Part]:
    """One `node` field of a GraphDef: a Const whose content is the array's own memory, or one number for all of it.

    GraphDef.node = 1, NodeDef.attr = 5, a map entry's key = 1 and value = 2, AttrValue.tensor = 8,
    TensorProto.tensor_content = 4. A message may come in pieces: here, its small fields, then the large one.
    """
    tensor = TensorProto(dtype=DT_FLOAT, tensor_shape=shape_proto(constant.value.shape),
                         float_val=[] if number is None else [number])
    node = NodeDef(name=constant.name, op="Const", attr={"dtype": of_type(DT_FLOAT)})
    whole = memoryview(np.ascontiguousarray(constant.value).reshape(-1)).cast("B") if number is None else b""
    content = _field(8, [canonical_bytes(tensor)] + _field(4, [whole]))
    return _field(1, [canonical_bytes(node)] + _field(5, _field(1, [b"value"]) + _field(2, content)))


def _field(number: int, parts: List[Part]) -> List[Part]:
    return [bytes([number << 3 | BYTES]) + _varint(sum(len(part) for part in parts))] + parts


def _varint(value: int) -> bytes:
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes(digits + [value])
