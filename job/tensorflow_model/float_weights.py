"""Weights of a dynamic-range .tflite in float32 again, as the float32 file has them, where 8 bits do not serve.

TensorFlow Lite 1.14 has no depthwise convolution with int8 weights on float maps: at every run a DEQUANTIZE turns
them back. One scale for all their channels costs most of the accuracy, and saves hardly any bytes. And its
convolution with int8 weights on float maps knows no dilation: it computes another convolution, or overruns its
memory. The file is changed in place: what is new is appended, and the offset that led to the old is turned to it.
"""
import struct
from typing import Any, Dict, Iterator, Mapping, Tuple

import numpy as np

from job.errors import StageFailed
from job.tensorflow_model.flatbuffer import OFFSET, Table, root_table
from job.tensorflow_model.tflite_file import (
    BUFFER_DATA, GRAPH_OPERATORS, GRAPH_TENSORS, MODEL_BUFFERS, MODEL_SUBGRAPHS, TENSOR_BUFFER, Operator, TFLiteFile,
    parse_tflite,
)

_DEPTHWISE, _CONV, _BACK = "DEPTHWISE_CONV_2D", "CONV_2D", "DEQUANTIZE"
_WEIGHTS = 1    # the operator's input
_ALIGNMENT = 16  # bytes, of a buffer's data

Constant = Tuple[Any, np.ndarray]  # a tensor of the float32 file, and its bytes


def needs_float_weights(dynamic: bytes) -> bool:
    file = parse_tflite(dynamic)
    return bool(_dilated(file)) or any(True for _ in _turned_back(file))


def with_float_weights(dynamic: bytes, float32: bytes) -> bytes:
    """The dynamic file with the weights of depthwise and dilated convolutions of the float32 file of the same graph.

    Raises StageFailed where the two do not have the same operators.
    """
    data = bytearray(dynamic)
    file = parse_tflite(dynamic)
    sources = _float_weights(file, float32)
    removed = set()
    for turned_back, depthwise in _turned_back(file):
        _make_float(data, turned_back.inputs[0], turned_back.outputs[:1], sources[depthwise.outputs])
        removed.add(turned_back.outputs)
    for tensor, convolution in sorted(_dilated(file).items()):
        _make_float(data, tensor, (), sources[convolution.outputs])
    _keep_operators(data, [index for index, operator in enumerate(file.operators) if operator.outputs not in removed])
    return bytes(data)


def _turned_back(file: TFLiteFile) -> Iterator[Tuple[Operator, Operator]]:
    """Every DEQUANTIZE of depthwise weights, with the convolution that reads it."""
    made_by = {operator.outputs[0]: operator for operator in file.operators if operator.name == _BACK}
    for operator in file.operators:
        if operator.name == _DEPTHWISE and operator.inputs[_WEIGHTS] in made_by:
            yield made_by[operator.inputs[_WEIGHTS]], operator


def _dilated(file: TFLiteFile) -> Mapping[int, Operator]:
    """The tensors of int8 weights that a dilated convolution reads, with one that does."""
    return {operator.inputs[_WEIGHTS]: operator for operator in file.operators
            if operator.name == _CONV and max(operator.dilations) > 1
            and file.tensors[operator.inputs[_WEIGHTS]].dtype == "int8"}


def _float_weights(file: TFLiteFile, float32: bytes) -> Dict[Tuple[int, ...], Constant]:
    """By the outputs of a convolution of the dynamic file: its weights in the float32 file."""
    source = parse_tflite(float32)
    ours = [operator for operator in file.operators if operator.name != _BACK]
    if [operator.name for operator in ours] != [operator.name for operator in source.operators]:
        raise StageFailed("toco made other operators for dynamic than for float32", "leave dynamic out of --quantize",
                          "tflite.dynamic")
    model = root_table(float32)
    found = {}
    for our, theirs in zip(ours, source.operators):
        if our.name in (_DEPTHWISE, _CONV):
            index = theirs.inputs[_WEIGHTS]
            table = model.tables(MODEL_SUBGRAPHS)[0].tables(GRAPH_TENSORS)[index]
            buffer = model.tables(MODEL_BUFFERS)[table.number(TENSOR_BUFFER, "I")]
            found[our.outputs] = source.tensors[index], buffer.numbers(BUFFER_DATA, "u1")
    return found


def _make_float(data: bytearray, weights: int, copies: Tuple[int, ...], source: Constant) -> None:
    """The tensor of int8 weights, and what is only a copy of it, become one float32 constant in the same buffer."""
    tensor, content = source
    model = root_table(data)
    graph = model.tables(MODEL_SUBGRAPHS)[0]
    number = graph.tables(GRAPH_TENSORS)[weights].number(TENSOR_BUFFER, "I")
    _point(data, _entry(model, MODEL_BUFFERS, number), _append_buffer(data, content.tobytes()))
    constant = _append_tensor(data, tensor.shape, number, tensor.name)
    for index in (weights,) + copies:
        _point(data, _entry(graph, GRAPH_TENSORS, index), constant)


def _append_buffer(data: bytearray, content: bytes) -> int:
    """A Buffer: field 0, its data, behind it in the file."""
    data.extend(bytes(-len(data) % 4))
    layout = len(data)
    data.extend(struct.pack("<HHHxx", 6, 8, 4))
    table = len(data)
    start = table + 8 + (-(table + 8 + OFFSET) % _ALIGNMENT)
    data.extend(struct.pack("<iI", table - layout, start - (table + 4)))
    data.extend(bytes(start - len(data)) + struct.pack("<I", len(content)) + content)
    return table


def _append_tensor(data: bytearray, shape: Tuple[int, ...], buffer: int, name: str) -> int:
    """A Tensor: fields 0 (shape), 2 (buffer) and 3 (name); its type is the default, float32."""
    data.extend(bytes(-len(data) % 4))
    layout = len(data)
    data.extend(struct.pack("<HHHHHH", 12, 16, 4, 0, 8, 12))
    table = len(data)
    sizes = struct.pack("<I{}i".format(len(shape)), len(shape), *shape)
    text = name.encode("utf-8")
    data.extend(struct.pack("<iIII", table - layout, 16 - 4, buffer, 16 + len(sizes) - 12))
    data.extend(sizes + struct.pack("<I", len(text)) + text + b"\0")
    return table


def _keep_operators(data: bytearray, kept: list) -> None:
    """The operators' vector, shortened in place: offsets are counted from where they stand."""
    graph = root_table(data).tables(MODEL_SUBGRAPHS)[0]
    tables = [table.position for table in graph.tables(GRAPH_OPERATORS)]
    for place, index in enumerate(kept):
        _point(data, _entry(graph, GRAPH_OPERATORS, place), tables[index])
    struct.pack_into("<I", data, _entry(graph, GRAPH_OPERATORS, 0) - OFFSET, len(kept))


def _entry(table: Table, field: int, index: int) -> int:
    """Where the offset to the vector's element stands."""
    at = table.place(field)
    return at + struct.unpack_from("<I", table.data, at)[0] + OFFSET * (1 + index)


def _point(data: bytearray, at: int, target: int) -> None:
    struct.pack_into("<I", data, at, target - at)
