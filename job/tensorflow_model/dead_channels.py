"""Channels of a layer whose weights are next to nothing, and so their scale, in which their bias has no room.

The quantizer of 1.14 cuts such a bias off, or makes it zero; and current runtimes leave a layer with a scale of zero to
their slow kernels. The scale becomes one that holds the bias in 31 bits.
"""
from typing import Iterator, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer import OFFSET, root_table
from job.tensorflow_model.flatbuffer_edit import overwrite_constant
from job.tensorflow_model.tflite_file import (
    GRAPH_TENSORS, LAYERS, MODEL_SUBGRAPHS, QUANTIZATION_SCALE, TENSOR_QUANTIZATION, Operator, TFLiteFile, constant_values,
    parse_tflite,
)

_INPUT, _WEIGHTS, _BIAS = 0, 1, 2
_MOST = 2.0 ** 30  # of a bias
_LEAST = 2.0 ** -28  # of the factor from sums to the output's steps: what is less is lost to current runtimes


def with_room_for_biases(int8: bytes, float32: bytes) -> bytes:
    """`float32` is the file that the quantizer was given."""
    file, source, data = parse_tflite(int8), parse_tflite(float32), bytearray(int8)
    for ours, exact in _layers(file, source):
        biases = constant_values(float32, exact.inputs[_BIAS], "<f4").astype(np.float64)
        step, output = (file.tensors[index].scale[0] for index in (ours.inputs[_INPUT], ours.outputs[0]))
        scale = np.array(file.tensors[ours.inputs[_WEIGHTS]].scale)
        least = np.maximum(np.abs(biases) / _MOST, _LEAST * output) / step
        short = scale < least
        if len(scale) != len(biases) or not short.any():
            continue
        scale = np.where(short, least, scale).astype("<f4")
        _set_scales(data, ours.inputs[_WEIGHTS], scale)
        _set_scales(data, ours.inputs[_BIAS], (scale * np.float32(step)).astype("<f4"))
        old = constant_values(int8, ours.inputs[_BIAS], "<i4")
        new = np.where(short, np.round(biases / (scale.astype(np.float64) * step)), old)
        overwrite_constant(data, ours.inputs[_BIAS], new.astype("<i4").tobytes())
        _set_weights(data, file, ours, constant_values(float32, exact.inputs[_WEIGHTS], "<f4"), scale, short)
    return bytes(data)


def _layers(file: TFLiteFile, source: TFLiteFile) -> Iterator[Tuple[Operator, Operator]]:
    """Layers of int8 with a scale for each channel, and what they were made from."""
    exact = {source.tensors[operator.outputs[0]].name: operator for operator in source.operators if operator.name in LAYERS}
    floats = {operator.inputs[0]: operator.outputs[0] for operator in file.operators if operator.name == "DEQUANTIZE"}
    for operator in file.operators:
        made = operator.outputs[0]
        theirs = exact.get(file.tensors[made].name) or exact.get(file.tensors[floats.get(made, made)].name)
        if theirs is not None and operator.name == theirs.name and len(file.tensors[operator.inputs[_WEIGHTS]].scale) > 1:
            yield operator, theirs


def _set_scales(data: bytearray, index: int, scale: np.ndarray) -> None:
    tensor = root_table(data).element(MODEL_SUBGRAPHS, 0).element(GRAPH_TENSORS, index)
    start = tensor.table(TENSOR_QUANTIZATION).vector(QUANTIZATION_SCALE) + OFFSET
    data[start:start + scale.nbytes] = scale.tobytes()


def _set_weights(data: bytearray, file: TFLiteFile, layer: Operator, exact: np.ndarray, scale: np.ndarray,
                 short: np.ndarray) -> None:
    """Weights are (out, ...), those of a depthwise convolution (1, height, width, out)."""
    shape = file.tensors[layer.inputs[_WEIGHTS]].shape
    along = (-1,) if layer.name == "DEPTHWISE_CONV_2D" else (-1,) + (1,) * (len(shape) - 1)
    new = np.round(exact.reshape(shape) / scale.reshape(along))
    old = constant_values(data, layer.inputs[_WEIGHTS], "i1").reshape(shape)
    overwrite_constant(data, layer.inputs[_WEIGHTS], np.where(short.reshape(along), new, old).astype("i1").tobytes())
