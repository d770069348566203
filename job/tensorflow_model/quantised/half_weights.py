"""A float32 .tflite with the weights of its layers as half-precision numbers, each widened by a DEQUANTIZE.

    before: w float32 -> CONV_2D
    after:  w float16 -> DEQUANTIZE -> w float32 -> CONV_2D

The file is written anew, or it would keep the bytes that are replaced: what grows (the lists of tensors, operators and
codes) and the buffers come first; all else follows as it was. Offsets lead forward, so that nothing in it has to move.
"""
import struct
from typing import Mapping, NamedTuple, Sequence

import numpy as np

from job.errors import StageFailed
from job.tensorflow_model.flatbuffer.edit import (
    append_buffer, append_code, append_offsets, append_shape, append_table, append_tensor, append_text, field_place,
    offset_place, point, write_number,
)
from job.tensorflow_model.flatbuffer.operators import BUILTIN_OPERATORS
from job.tensorflow_model.flatbuffer.tables import OFFSET, Table, root_table
from job.tensorflow_model.flatbuffer.tflite_file import (
    BUFFER_DATA, EMPTY_BUFFER, GRAPH_INPUTS, GRAPH_OPERATORS, GRAPH_OUTPUTS, GRAPH_TENSORS, LAYERS, MODEL_BUFFERS,
    MODEL_DESCRIPTION, MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, OPERATOR_INPUTS, OPERATOR_OUTPUTS, TENSOR_BUFFER, TENSOR_TYPES,
    Tensor, constant_values, parse_tflite,
)

_WEIGHTS = 1  # the operator's input
_SCHEMA = 3  # the version of all files
_HALF = "_float16"  # put to the name of a tensor
_DEQUANTIZE, _FROM_HALF = BUILTIN_OPERATORS.index("DEQUANTIZE"), 3  # and the version that takes half precision
_LARGEST = float(np.finfo(np.float16).max)
_ALIGNMENT = 16


class _Half(NamedTuple):
    index: int  # of the float32 tensor
    tensor: Tensor
    buffer: int
    values: np.ndarray  # float16


class _Lists(NamedTuple):
    """Where the vectors of offsets stand in what is written."""

    codes: int
    buffers: int
    graph: int  # the table itself
    tensors: int
    operators: int


def with_half_weights(float32: bytes) -> bytes:
    """Weights that half precision cannot hold, being too large, stay float32; so do biases and all other constants."""
    model = root_table(float32)
    halves = _halves(float32, model.tables(MODEL_SUBGRAPHS)[0])
    if not halves:
        return float32
    data = bytearray(struct.pack("<I4s", 0, b"TFL3"))
    lists = _append_lists(data, model, len(halves))
    _append_widening(data, lists, model, halves)
    _append_buffers(data, lists, model, {half.buffer: half.values.tobytes() for half in halves})
    _append_rest(data, lists, model, len(halves))
    tensors = root_table(data).tables(MODEL_SUBGRAPHS)[0].tables(GRAPH_TENSORS)
    for half in halves:
        write_number(data, tensors[half.index].place(TENSOR_BUFFER), EMPTY_BUFFER)
    return bytes(data)


def _halves(float32: bytes, graph: Table) -> Sequence[_Half]:
    file, tables = parse_tflite(float32), graph.tables(GRAPH_TENSORS)
    buffers = [table.number(TENSOR_BUFFER, "I") for table in tables]
    found = {}
    for operator in file.operators:
        index = operator.inputs[_WEIGHTS] if operator.name in LAYERS else -1
        if index >= 0 and file.tensors[index].dtype == "float32" and buffers.count(buffers[index]) == 1:
            values = constant_values(float32, index, "<f4")
            if values.size and np.abs(values).max() <= _LARGEST:
                found[index] = _Half(index, file.tensors[index], buffers[index], values.astype("<f2"))
    return tuple(found[index] for index in sorted(found))


def _append_lists(data: bytearray, model: Table, added: int) -> _Lists:
    """The model and its graph, with vectors that have room for as many more tensors and operators, and one more code."""
    graph = model.tables(MODEL_SUBGRAPHS)[0]
    table = append_table(data, [_SCHEMA, 0, 0, 0, 0])
    point(data, 0, table)
    codes = append_offsets(data, len(model.tables(MODEL_OPERATOR_CODES)) + 1)
    graphs = append_offsets(data, 1)
    buffers = append_offsets(data, len(model.tables(MODEL_BUFFERS)))
    text = append_text(data, model.text(MODEL_DESCRIPTION))
    for field, target in ((MODEL_OPERATOR_CODES, codes), (MODEL_SUBGRAPHS, graphs), (MODEL_DESCRIPTION, text),
                          (MODEL_BUFFERS, buffers)):
        point(data, field_place(table, field), target)
    new = append_table(data, [0, 0, 0, 0])
    point(data, offset_place(graphs, 0), new)
    tensors = append_offsets(data, len(graph.tables(GRAPH_TENSORS)) + added)
    operators = append_offsets(data, len(graph.tables(GRAPH_OPERATORS)) + added)
    point(data, field_place(new, GRAPH_TENSORS), tensors)
    point(data, field_place(new, GRAPH_OPERATORS), operators)
    return _Lists(codes, buffers, new, tensors, operators)


def _append_widening(data: bytearray, lists: _Lists, model: Table, halves: Sequence[_Half]) -> None:
    """The tensors of half precision, behind the others, and the operators that widen them, before the others."""
    code = len(model.tables(MODEL_OPERATOR_CODES))
    tensors = len(model.tables(MODEL_SUBGRAPHS)[0].tables(GRAPH_TENSORS))
    point(data, offset_place(lists.codes, code), append_code(data, _DEQUANTIZE, _FROM_HALF))
    for number, half in enumerate(halves):
        tensor = append_tensor(data, half.tensor.shape, half.buffer, half.tensor.name + _HALF, TENSOR_TYPES.index("float16"))
        point(data, offset_place(lists.tensors, tensors + number), tensor)
        operator = append_table(data, [code, 0, 0])
        point(data, field_place(operator, OPERATOR_INPUTS), append_shape(data, [tensors + number]))
        point(data, field_place(operator, OPERATOR_OUTPUTS), append_shape(data, [half.index]))
        point(data, offset_place(lists.operators, number), operator)


def _append_buffers(data: bytearray, lists: _Lists, model: Table, instead: Mapping[int, bytes]) -> None:
    for number, buffer in enumerate(model.tables(MODEL_BUFFERS)):
        content = instead.get(number) or buffer.numbers(BUFFER_DATA, "u1").tobytes()
        point(data, offset_place(lists.buffers, number), append_buffer(data, content) if content else append_table(data, []))


def _append_rest(data: bytearray, lists: _Lists, model: Table, added: int) -> None:
    """All that stands behind the buffers in the file that toco wrote."""
    graph = model.tables(MODEL_SUBGRAPHS)[0]
    kept = {offset_place(lists.codes, number): code.position
            for number, code in enumerate(model.tables(MODEL_OPERATOR_CODES))}
    kept.update((offset_place(lists.tensors, number), tensor.position)
                for number, tensor in enumerate(graph.tables(GRAPH_TENSORS)))
    kept.update((offset_place(lists.operators, added + number), operator.position)
                for number, operator in enumerate(graph.tables(GRAPH_OPERATORS)))
    kept.update((field_place(lists.graph, field), graph.vector(field)) for field in (GRAPH_INPUTS, GRAPH_OUTPUTS))
    start = min(kept.values()) // _ALIGNMENT * _ALIGNMENT
    ends = [buffer.vector(BUFFER_DATA) + OFFSET + buffer.numbers(BUFFER_DATA, "u1").size
            for buffer in model.tables(MODEL_BUFFERS) if buffer.place(BUFFER_DATA)]
    if start < max(ends):
        raise StageFailed("the buffers do not stand before all else in toco's file", "leave float16 out of --quantize",
                          "tflite.float16")
    data.extend(bytes(-len(data) % _ALIGNMENT))
    moved = len(data) - start
    data.extend(model.data[start:])
    for place, position in kept.items():
        point(data, place, position + moved)
