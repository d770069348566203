"""From the float32 .tflite and its tensors' ranges to weights, activations and sums in 8 bits.

TensorFlow 1.14's own quantizer does it: weights with a scale for each channel, activations with one a tensor. It reads
ranges from the file, so they are gathered by us. Around it, three of its faults are worked around:

A single number beside a tensor: it takes no constant without axes, so it gets an axis of one, and a range.
A constant in arithmetic: given its own range, it is held exactly where it is one number.
A bias of a depthwise convolution: it says that its scales belong to axis 3, and has axis 0 only; current runtimes
refuse such a file.
"""
import struct
from typing import Dict, Mapping

import numpy as np
from tensorflow.lite.python.optimize.tensorflow_lite_wrap_calibration_wrapper import CalibrationWrapper

from job.tensorflow_model.bias_correction import with_corrected_biases
from job.tensorflow_model.dead_channels import with_room_for_biases
from job.tensorflow_model.flatbuffer import root_table
from job.tensorflow_model.flatbuffer_edit import append_range, append_shape, point
from job.tensorflow_model.int8_source import int8_source
from job.tensorflow_model.joined_ranges import joined_ranges
from job.tensorflow_model.pool_borders import with_borders_in_range
from job.tensorflow_model.quantizer_guards import guarded, mended
from job.tensorflow_model.ranges import Range, Seen, channels_of
from job.tensorflow_model.tflite_file import (
    GRAPH_TENSORS, LAYERS, MODEL_SUBGRAPHS, QUANTIZATION_AXIS, TENSOR_QUANTIZATION, TENSOR_SHAPE,
    constant_values, parse_tflite,
)

_WEIGHTED = LAYERS + ("TRANSPOSE_CONV",)  # whose constants are no part of arithmetic
_FLOAT = np.dtype(np.float32).num


def int8_from_float32(float32: bytes, seen: Seen) -> bytes:
    """The int8 file, which takes and gives float32. Raises RuntimeError where the quantizer refuses the network."""
    source, seen = int8_source(float32, seen)
    ranges = joined_ranges(parse_tflite(source), seen.ranges())
    source = guarded(with_borders_in_range(source, ranges))
    prepared = _with_ranges(source, {**_constant_ranges(source), **ranges})
    wrapper = CalibrationWrapper.CreateWrapperCPPFromBuffer(prepared)  # reads it where it is
    int8 = _with_bias_axes(mended(wrapper.QuantizeModel(_FLOAT, _FLOAT, True), float32))
    return with_corrected_biases(with_room_for_biases(int8, source), source, seen.means)


def _constant_ranges(float32: bytes) -> Dict[int, Range]:
    """Of the constants that are no weights of layers."""
    file, ranges = parse_tflite(float32), {}
    for operator in file.operators:
        for index in operator.inputs if operator.name not in _WEIGHTED else ():
            if index >= 0 and file.tensors[index].dtype == "float32":
                values = constant_values(float32, index, "<f4")
                if values.size:
                    ranges[index] = channels_of(values).whole()
    return ranges


def _with_ranges(float32: bytes, ranges: Mapping[int, Range]) -> bytes:
    data, file = bytearray(float32), parse_tflite(float32)
    graph = root_table(data).tables(MODEL_SUBGRAPHS)[0]
    for index, table in enumerate(graph.tables(GRAPH_TENSORS)):
        if index in ranges:
            point(data, table.place(TENSOR_QUANTIZATION), append_range(data, *ranges[index]))
            if file.tensors[index].shape == ():
                point(data, table.place(TENSOR_SHAPE), append_shape(data, (1,)))
    return bytes(data)


def _with_bias_axes(int8: bytes) -> bytes:
    data, file = bytearray(int8), parse_tflite(int8)
    tables = root_table(data).tables(MODEL_SUBGRAPHS)[0].tables(GRAPH_TENSORS)
    for tensor, table in zip(file.tensors, tables):
        quantization = table.table(TENSOR_QUANTIZATION)
        if quantization and len(tensor.shape) == 1 and quantization.number(QUANTIZATION_AXIS, "i"):
            struct.pack_into("<i", data, quantization.place(QUANTIZATION_AXIS), 0)
    return bytes(data)
