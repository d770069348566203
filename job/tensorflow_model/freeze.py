"""The frozen network, made once for every .tflite: weights stay in numpy until its bytes are asked for."""
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple, Union

import numpy as np
from tensorflow.core.framework.attr_value_pb2 import AttrValue
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.types_pb2 import DT_FLOAT

from job.errors import StageFailed
from job.tensorflow_model.graph import VARIABLE, KerasGraph, Variable, lean_network
from job.tensorflow_model.nodes import of_shape, of_type, shape_proto

PROTOBUF_LIMIT = 2 ** 31 - 1  # bytes; also a flatbuffer's
BYTES = 2  # the wire type of strings, bytes and embedded messages

Part = Union[bytes, memoryview]


class FrozenTensor(NamedTuple):
    name: str
    dtype: int  # TensorFlow's number
    shape: Tuple[int, ...]


class FrozenGraph(NamedTuple):
    """A GraphDef in two halves: the nodes, and the constants that took the place of variables."""

    nodes: GraphDef
    constants: Tuple[Variable, ...]
    inputs: Tuple[FrozenTensor, ...]
    outputs: Tuple[str, ...]

    def serialized(self) -> bytes:
        """The GraphDef's bytes, constants first; the weights are copied once. Raises StageFailed past 2 GiB."""
        parts = [part for constant in self.constants for part in _constant_node(constant)]
        parts.append(self.nodes.SerializeToString(deterministic=True))
        size = sum(len(part) for part in parts)
        if size > PROTOBUF_LIMIT:
            raise StageFailed("the frozen graph has {} bytes, and a protobuf ends at 2 GiB".format(size),
                              hint="a .tflite of this size cannot exist: use a smaller model", stage="tflite")
        return b"".join(parts)


def frozen_graph(model: KerasGraph, batch: int) -> FrozenGraph:
    """Variables become constants and placeholders get the static batch. Raises StageFailed."""
    network = lean_network(model)
    inputs = tuple(_static(tensor, batch) for tensor in model.inputs)
    nodes = GraphDef(versions=network.graph_def.versions)
    shapes = {each.name: each.shape for each in inputs}
    for node in network.graph_def.node:
        if node.op == VARIABLE:
            continue
        nodes.node.extend([node])
        if node.name in shapes:
            nodes.node[-1].attr["shape"].CopyFrom(of_shape(shapes[node.name]))
    return FrozenGraph(nodes, network.variables, inputs, tuple(tensor.op.name for tensor in model.outputs))


def _static(tensor: Any, batch: int) -> FrozenTensor:
    shape = tensor.shape.as_list()
    if shape[:1] == [None]:
        shape[0] = batch
    if None in shape:
        raise StageFailed("input {} has shape {}: only the batch may be open".format(tensor.op.name, shape),
                          hint="name the whole shape with --input-shape", stage="tflite")
    return FrozenTensor(tensor.op.name, tensor.dtype.as_datatype_enum, tuple(shape))


def _constant_node(constant: Variable) -> List[Part]:
    """One `node` field of a GraphDef: a Const whose content is the array's own memory.

    GraphDef.node = 1, NodeDef.attr = 5, a map entry's key = 1 and value = 2, AttrValue.tensor = 8,
    TensorProto.tensor_content = 4. A message may come in pieces: here, its small fields, then the large one.
    """
    value = np.ascontiguousarray(constant.value)
    tensor = TensorProto(dtype=DT_FLOAT, tensor_shape=shape_proto(value.shape)).SerializeToString()
    node = NodeDef(name=constant.name, op="Const", attr={"dtype": of_type(DT_FLOAT)}).SerializeToString()
    content = _field(8, [tensor] + _field(4, [memoryview(value).cast("B")]))
    return _field(1, [node] + _field(5, _field(1, [b"value"]) + _field(2, content)))


def _field(number: int, parts: List[Part]) -> List[Part]:
    return [bytes([number << 3 | BYTES]) + _varint(sum(len(part) for part in parts))] + parts


def _varint(value: int) -> bytes:
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes(digits + [value])
