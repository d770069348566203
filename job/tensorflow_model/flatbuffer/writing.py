"""Writes a .tflite: its structure, then the contents of its constants."""
import functools
import struct
from typing import Any, Callable, Sequence, Tuple

from job.tensorflow_model.flatbuffer.appending import (
    append_buffer, append_code, append_offsets, append_quantization, append_shape, append_table, append_text, field_place,
    offset_place, point,
)
from job.tensorflow_model.flatbuffer.operators import BUILTIN_OPERATORS
from job.tensorflow_model.flatbuffer.options import append_options
from job.tensorflow_model.flatbuffer.tflite_file import (
    EMPTY_BUFFER, GRAPH_INPUTS, GRAPH_OPERATORS, GRAPH_OUTPUTS, GRAPH_TENSORS, MODEL_BUFFERS, MODEL_DESCRIPTION,
    MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, OPERATOR_INPUTS, OPERATOR_OPTIONS, OPERATOR_OUTPUTS, TENSOR_NAME,
    TENSOR_QUANTIZATION, TENSOR_SHAPE, TENSOR_TYPES, Operator, Tensor, TFLiteFile,
)

_SCHEMA = 3  # the version of all files

Code = Tuple[str, int]  # an operator's name and version


def tflite_bytes(file: TFLiteFile) -> bytes:
    """Tensors keep their indices; each constant has bytes of its own."""
    data = bytearray(struct.pack("<I4s", 0, b"TFL3"))
    model = append_table(data, [_SCHEMA, 0, 0, 0, 0])
    point(data, 0, model)
    codes = sorted({(each.name, each.version) for each in file.operators})
    _append_each(data, field_place(model, MODEL_OPERATOR_CODES), _append_code, codes)
    graphs = append_offsets(data, 1)
    point(data, field_place(model, MODEL_SUBGRAPHS), graphs)
    point(data, offset_place(graphs, 0), _append_graph(data, file, codes))
    point(data, field_place(model, MODEL_DESCRIPTION), append_text(data, file.description))
    contents = [b""] + [tensor.content for tensor in file.tensors if len(tensor.content)]
    _append_each(data, field_place(model, MODEL_BUFFERS), _append_content, contents)
    return bytes(data)


def _append_each(data: bytearray, place: int, append: Callable[[bytearray, Any], int], items: Sequence[Any]) -> None:
    """A vector of what becomes of each; the offset that stands in `place` leads to it."""
    vector = append_offsets(data, len(items))
    point(data, place, vector)
    for number, item in enumerate(items):
        point(data, offset_place(vector, number), append(data, item))


def _append_code(data: bytearray, code: Code) -> int:
    name, version = code
    return append_code(data, BUILTIN_OPERATORS.index(name), version)


def _append_content(data: bytearray, content: Any) -> int:
    return append_buffer(data, content) if len(content) else append_table(data, [])


def _append_graph(data: bytearray, file: TFLiteFile, codes: Sequence[Code]) -> int:
    graph = append_table(data, [0, 0, 0, 0])
    for field, ends in ((GRAPH_INPUTS, file.inputs), (GRAPH_OUTPUTS, file.outputs)):
        point(data, field_place(graph, field), append_shape(data, ends))
    _append_each(data, field_place(graph, GRAPH_OPERATORS), functools.partial(_append_operator, codes), file.operators)
    constants = [number for number, tensor in enumerate(file.tensors) if len(tensor.content)]
    buffers = {number: 1 + place for place, number in enumerate(constants)}  # behind the empty one
    numbered = [(tensor, buffers.get(number, EMPTY_BUFFER)) for number, tensor in enumerate(file.tensors)]
    _append_each(data, field_place(graph, GRAPH_TENSORS), _append_tensor, numbered)
    return graph


def _append_operator(codes: Sequence[Code], data: bytearray, operator: Operator) -> int:
    fields = [codes.index((operator.name, operator.version)), 0, 0]
    table = append_table(data, fields + ([operator.options_kind, 0] if operator.options else []))
    point(data, field_place(table, OPERATOR_INPUTS), append_shape(data, operator.inputs))
    point(data, field_place(table, OPERATOR_OUTPUTS), append_shape(data, operator.outputs))
    if operator.options:
        point(data, field_place(table, OPERATOR_OPTIONS), append_options(data, operator.options))
    return table


def _append_tensor(data: bytearray, numbered: Tuple[Tensor, int]) -> int:
    tensor, buffer = numbered
    fields = [0, TENSOR_TYPES.index(tensor.dtype), buffer, 0]
    table = append_table(data, fields + ([0] if tensor.scale else []))
    point(data, field_place(table, TENSOR_SHAPE), append_shape(data, tensor.shape))
    point(data, field_place(table, TENSOR_NAME), append_text(data, tensor.name))
    if tensor.scale:
        quantization = append_quantization(data, tensor.scale, tensor.zero_point, tensor.axis)
        point(data, field_place(table, TENSOR_QUANTIZATION), quantization)
    return table
