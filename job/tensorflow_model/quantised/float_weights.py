"""Weights of a dynamic-range .tflite in float32 again, as the float32 file has them, where 8 bits do not serve.

TensorFlow Lite 1.14 has no depthwise convolution with int8 weights on float maps: at every run a DEQUANTIZE turns
them back. One scale for all their channels costs most of the accuracy, and saves hardly any bytes. And its
convolution with int8 weights on float maps knows no dilation: it computes another convolution, or overruns its
memory. Its fully connected layer with them knows no RELU_N1_TO_1: it ends the process.
"""
from typing import Any, Dict, Iterator, Mapping, Tuple

import numpy as np

from job.errors import StageFailed
from job.tensorflow_model.flatbuffer.edit import append_buffer, append_tensor, entry, keep_operators, point
from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import (
    BUFFER_DATA, GRAPH_TENSORS, LAYERS, MODEL_BUFFERS, MODEL_SUBGRAPHS, TENSOR_BUFFER, Operator, TFLiteFile,
    parse_tflite,
)

_DEPTHWISE, _CONV, _FULLY, _BACK = "DEPTHWISE_CONV_2D", "CONV_2D", "FULLY_CONNECTED", "DEQUANTIZE"
_WEIGHTS = 1    # the operator's input

Constant = Tuple[Any, np.ndarray]  # a tensor of the float32 file, and its bytes


def needs_float_weights(dynamic: bytes) -> bool:
    file = parse_tflite(dynamic)
    return bool(_without_kernel(file)) or any(True for _ in _turned_back(file))


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
    for tensor, layer in sorted(_without_kernel(file).items()):
        _make_float(data, tensor, (), sources[layer.outputs])
    keep_operators(data, [index for index, operator in enumerate(file.operators) if operator.outputs not in removed])
    return bytes(data)


def _turned_back(file: TFLiteFile) -> Iterator[Tuple[Operator, Operator]]:
    """Every DEQUANTIZE of depthwise weights, with the convolution that reads it."""
    made_by = {operator.outputs[0]: operator for operator in file.operators if operator.name == _BACK}
    for operator in file.operators:
        if operator.name == _DEPTHWISE and operator.inputs[_WEIGHTS] in made_by:
            yield made_by[operator.inputs[_WEIGHTS]], operator


def _without_kernel(file: TFLiteFile) -> Mapping[int, Operator]:
    """The tensors of int8 weights that a layer reads which float maps have no kernel for, with one that does."""
    return {operator.inputs[_WEIGHTS]: operator for operator in file.operators
            if (operator.name == _CONV and max(operator.dilations) > 1
                or operator.name == _FULLY and operator.activation == "RELU_N1_TO_1")
            and file.tensors[operator.inputs[_WEIGHTS]].dtype == "int8"}


def _float_weights(file: TFLiteFile, float32: bytes) -> Dict[Tuple[int, ...], Constant]:
    """By the outputs of a layer of the dynamic file: its weights in the float32 file."""
    source = parse_tflite(float32)
    ours = [operator for operator in file.operators if operator.name != _BACK]
    if [operator.name for operator in ours] != [operator.name for operator in source.operators]:
        raise StageFailed("toco made other operators for dynamic than for float32", "leave dynamic out of --quantize",
                          "tflite.dynamic")
    model = root_table(float32)
    found = {}
    for our, theirs in zip(ours, source.operators):
        if our.name in LAYERS:
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
    point(data, entry(model, MODEL_BUFFERS, number), append_buffer(data, content.tobytes()))
    constant = append_tensor(data, tensor.shape, number, tensor.name)
    for index in (weights,) + copies:
        point(data, entry(graph, GRAPH_TENSORS, index), constant)
