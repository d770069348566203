"""Writes a .tflite from tensors and operators: those tensors only that something reads, makes, takes or gives."""
import struct
from typing import List, NamedTuple, Optional, Sequence, Tuple

from job.tensorflow_model.flatbuffer.edit import (
    append_buffer, append_code, append_offsets, append_shape, append_table, append_tensor, append_text, append_whole_copy,
    field_place, offset_place, point,
)
from job.tensorflow_model.flatbuffer.operators import BUILTIN_OPERATORS
from job.tensorflow_model.flatbuffer.tables import Table
from job.tensorflow_model.flatbuffer.tflite_file import (
    EMPTY_BUFFER, GRAPH_INPUTS, GRAPH_OPERATORS, GRAPH_OUTPUTS, GRAPH_TENSORS, MODEL_BUFFERS, MODEL_DESCRIPTION,
    MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, OPERATOR_INPUTS, OPERATOR_OPTIONS, OPERATOR_OUTPUTS, TENSOR_TYPES,
)

_SCHEMA = 3  # the version of all files
_VECTORS = {"RESHAPE": (0,), "SQUEEZE": (0,)}  # fields of their options that are vectors of int32


class NewTensor(NamedTuple):
    name: str
    dtype: str
    shape: Tuple[int, ...]
    content: bytes = b""  # of a constant
    steps: Tuple[float, ...] = ()  # none, one, or one for each channel
    zero_point: int = 0
    axis: int = 0  # of the channels


class NewOperator(NamedTuple):
    name: str
    version: int
    inputs: Tuple[int, ...]  # places among the tensors; -1 is an optional input left out
    outputs: Tuple[int, ...]
    options: Optional[Table] = None  # of another file
    options_kind: int = 0


class NewFile(NamedTuple):
    tensors: Sequence[NewTensor]
    operators: Sequence[NewOperator]
    inputs: Tuple[int, ...]
    outputs: Tuple[int, ...]
    description: str


def tflite_bytes(file: NewFile) -> bytes:
    data = bytearray(struct.pack("<I4s", 0, b"TFL3"))
    used = sorted({index for each in file.operators for index in each.inputs + each.outputs if index >= 0}
                  | set(file.inputs + file.outputs))
    places = {index: place for place, index in enumerate(used)}
    places[-1] = -1
    model = append_table(data, [_SCHEMA, 0, 0, 0, 0])
    point(data, 0, model)
    codes = sorted({(each.name, each.version) for each in file.operators})
    point(data, field_place(model, MODEL_OPERATOR_CODES), _append_codes(data, codes))
    graphs = append_offsets(data, 1)
    point(data, field_place(model, MODEL_SUBGRAPHS), graphs)
    graph = append_table(data, [0, 0, 0, 0])
    point(data, offset_place(graphs, 0), graph)
    for field, ends in ((GRAPH_INPUTS, file.inputs), (GRAPH_OUTPUTS, file.outputs)):
        point(data, field_place(graph, field), append_shape(data, [places[index] for index in ends]))
    operators = append_offsets(data, len(file.operators))
    point(data, field_place(graph, GRAPH_OPERATORS), operators)
    for number, each in enumerate(file.operators):
        moved = each._replace(inputs=tuple(places[index] for index in each.inputs),
                              outputs=tuple(places[index] for index in each.outputs))
        point(data, offset_place(operators, number), _append_operator(data, moved, codes.index((each.name, each.version))))
    point(data, field_place(model, MODEL_DESCRIPTION), append_text(data, file.description))
    contents = _append_tensors(data, graph, [file.tensors[index] for index in used])
    buffers = append_offsets(data, len(contents))
    point(data, field_place(model, MODEL_BUFFERS), buffers)
    for number, content in enumerate(contents):
        point(data, offset_place(buffers, number), append_buffer(data, content) if content else append_table(data, []))
    return bytes(data)


def _append_codes(data: bytearray, codes: Sequence[Tuple[str, int]]) -> int:
    vector = append_offsets(data, len(codes))
    for number, (name, version) in enumerate(codes):
        point(data, offset_place(vector, number), append_code(data, BUILTIN_OPERATORS.index(name), version))
    return vector


def _append_operator(data: bytearray, operator: NewOperator, code: int) -> int:
    fields = [code, 0, 0] + ([operator.options_kind, 0] if operator.options else [])
    table = append_table(data, fields)
    point(data, field_place(table, OPERATOR_INPUTS), append_shape(data, operator.inputs))
    point(data, field_place(table, OPERATOR_OUTPUTS), append_shape(data, operator.outputs))
    if operator.options:
        copy = append_whole_copy(data, operator.options, _VECTORS.get(operator.name, ()))
        point(data, field_place(table, OPERATOR_OPTIONS), copy)
    return table


def _append_tensors(data: bytearray, graph: int, tensors: Sequence[NewTensor]) -> List[bytes]:
    """The contents of the buffers: first the empty one, then one for each constant, for each may be changed alone."""
    contents = [b""]
    vector = append_offsets(data, len(tensors))
    point(data, field_place(graph, GRAPH_TENSORS), vector)
    for number, tensor in enumerate(tensors):
        buffer = len(contents) if tensor.content else EMPTY_BUFFER
        contents += [tensor.content] if tensor.content else []
        table = append_tensor(data, tensor.shape, buffer, tensor.name, TENSOR_TYPES.index(tensor.dtype), tensor.steps,
                              tensor.zero_point, tensor.axis)
        point(data, offset_place(vector, number), table)
    return contents
