"""A float32 .tflite with the weights of its layers in 8 bits, one scale a tensor: the numbers of TensorFlow's own step.

    before: w float32 -> CONV_2D
    after:  w int8 -> CONV_2D

    before: w float32 -> GATHER -> x
    after:  w int8 -> GATHER -> x_int8 -> DEQUANTIZE -> x

Not where 8 bits do not serve. TensorFlow Lite 1.14 has no depthwise convolution with int8 weights on float maps: at every
run a DEQUANTIZE would turn them back. One scale for all their channels costs most of the accuracy, and saves hardly any
bytes. And its convolution with int8 weights on float maps knows no dilation: it computes another convolution, or overruns
its memory. Its fully connected layer with them knows no RELU_N1_TO_1: it ends the process. Nor where half of a layer's
channels would be lost: folded BatchNorms leave some a thousand times as large as others, and little of these in one scale.
"""
from typing import Collection, Iterator, Mapping, Sequence, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import DEQUANTIZE, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.int8_operators import FEWEST
from job.tensorflow_model.quantised.int8_writing import INT8

_WEIGHTS = {"CONV_2D": 1, "FULLY_CONNECTED": 1, "GATHER": 0}  # the operator's input
_VERSIONS = {"CONV_2D": 2, "FULLY_CONNECTED": 3, "GATHER": 1}  # that take int8 weights, as TensorFlow numbers them
_LOOK_UP = "GATHER"
_FROM_INT8 = 2  # the version of DEQUANTIZE that takes int8
_STEPS = np.float32(127)
_DEAD = np.float32(2 ** -8)  # of a step
_HALF = np.float32(0.5)
_BLOCK = 2 ** 16  # elements scaled at a time, which stay in the processor's cache


def with_int8_weights(file: TFLiteFile, spared: Collection[str] = ()) -> TFLiteFile:
    """Biases, small weights and what something else reads too stay float32; so do weights of operators that make tensors
    of the names in `spared`."""
    weights = {index: _in_8_bits(file.tensors[index]) for index in _quantisable(file, spared)}
    looked_up = {each.outputs[0]: weights[each.inputs[0]] for each in file.operators
                 if each.name == _LOOK_UP and each.inputs[0] in weights}
    first = len(file.tensors)
    places = {index: first + number for number, index in enumerate(looked_up)}
    added = tuple(_of_table(file.tensors[index], table) for index, table in looked_up.items())
    operators = tuple(part for each in file.operators for part in _operators(each, places))
    whole = file.with_tensors(weights)
    return whole._replace(tensors=whole.tensors + added, operators=operators)


def _quantisable(file: TFLiteFile, spared: Collection[str]) -> Sequence[int]:
    readings = list(_readings(file, spared))
    floats = {index for index, has_kernel in readings if not has_kernel}
    weights = {index for index, has_kernel in readings if has_kernel}
    return [index for index in sorted(weights - floats)
            if file.tensors[index].dtype == "float32" and file.tensors[index].values().size >= FEWEST
            and not _half_lost(file.tensors[index])]


def _half_lost(tensor: Tensor) -> bool:
    """Whether most channels' root mean square is below one step. Those that are as good as zero do not count."""
    values = tensor.values().reshape(tensor.shape[0], -1)
    step = _largest(values) / _STEPS
    sizes = np.sqrt(np.einsum("ij,ij->i", values, values) / values.shape[1])
    alive = sizes[sizes > step * _DEAD]
    return bool(np.median(alive) < step) if alive.size else False


def _largest(values: np.ndarray) -> np.float32:
    return max(values.max(), -values.min())


def _readings(file: TFLiteFile, spared: Collection[str]) -> Iterator[Tuple[int, bool]]:
    """Each tensor that an operator reads, and whether it has a kernel that reads these as int8 weights, and is to use it."""
    for each in file.operators:
        lacks_kernel = (each.name == "CONV_2D" and max(each.dilations) > 1
                        or each.name == "FULLY_CONNECTED" and each.activation == "RELU_N1_TO_1")
        is_spared = bool(spared) and file.tensors[each.outputs[0]].name in spared
        weights = None if lacks_kernel or is_spared else _WEIGHTS.get(each.name)
        yield from ((index, place == weights) for place, index in enumerate(each.inputs))


def _in_8_bits(tensor: Tensor) -> Tensor:
    """Symmetric around zero, halves away from it; each step in float32, as TensorFlow rounds it."""
    values = tensor.values()
    largest = _largest(values)
    if not largest:
        return tensor._replace(dtype="int8", scale=(1.0,), zero_point=(0,), content=bytes(values.size))
    numbers = np.empty(values.size, np.int8)
    for start in range(0, values.size, _BLOCK):
        scaled = values[start:start + _BLOCK] * (_STEPS / largest)
        numbers[start:start + _BLOCK] = scaled + np.copysign(_HALF, scaled)
    return tensor._replace(dtype="int8", scale=(float(largest / _STEPS),), zero_point=(0,), content=numbers.tobytes())


def _of_table(rows: Tensor, table: Tensor) -> Tensor:
    """Rows of a table in 8 bits, before they are turned back."""
    return rows._replace(name=rows.name + INT8, dtype="int8", scale=table.scale, zero_point=table.zero_point)


def _operators(operator: Operator, places: Mapping[int, int]) -> Iterator[Operator]:
    """What takes its place; `places` says where what is looked up stands in 8 bits."""
    operator = operator._replace(version=_VERSIONS.get(operator.name, operator.version))
    place = places.get(operator.outputs[0])
    if place is None:
        yield operator
        return
    yield operator._replace(outputs=(place,))
    yield Operator(DEQUANTIZE, (place,), operator.outputs, version=_FROM_INT8)
