"""A layer of an int8 file, computed in whole numbers: the same bits on every processor, and faster than by 1.14's kernels.

    sums = what each place reads, less its zero point, * weights + biases
    y    = sums * step of the sums / step of y, rounded, + zero point, cut to what the activation leaves

A float holds these products and their sums exactly, in whatever order they are added.
"""
from typing import Any, NamedTuple, Optional, Tuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import DEPTHWISE, LAYERS, PADDING, STRIDES, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.depthwise_layers import SAME
from job.tensorflow_model.quantised.int8_scales import LEAST, MOST

INT8_LAYER = ["int8", "int8", "int32"]  # what it reads
_MOST_VALUES = 2 ** 22  # of what places read, at a time
_MOST_COLUMNS = 2 ** 12  # of a layer that are floats, at a time
_EXACT_IN_SINGLE = 2 ** 24
_WIDEST = MOST - LEAST  # of a number less its zero point
_ENDS = {"NONE": (-np.inf, np.inf), "RELU": (0, np.inf), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}  # of what is left


class IntegerLayer(NamedTuple):
    operator: Operator
    x: Tensor
    y: Tensor
    weights: np.ndarray  # int8: (out, height, width, in), (out, in); of depthwise ones (height, width, in, of each)
    weight_steps: np.ndarray  # one, or one an output channel
    biases: np.ndarray
    sum_steps: np.ndarray  # as many as of the weights

    def is_depthwise(self) -> bool:
        return self.operator.name == DEPTHWISE

    def places(self, codes: np.ndarray) -> np.ndarray:
        """What each place of the output reads of int8 codes, less the zero point.

        A view of float32: [batch, height, width of the output, height, width of the window, in].
        """
        x = codes.astype(np.float32) - np.float32(self.x.zero_point[0])
        if not self.operator.dilations:
            return x.reshape(-1, 1, 1, 1, 1, self.weights.shape[-1])
        window = self.weights.shape[:2] if self.is_depthwise() else self.weights.shape[1:3]
        return _windows(x, window, self.operator, self.y.shape[1:3])

    def made(self, codes: np.ndarray) -> np.ndarray:
        """int8, of codes in int8."""
        places = self.places(codes)
        made = np.empty(places.shape[:3] + self.biases.shape, np.int8)
        lines = max(1, _MOST_VALUES // int(np.prod(places.shape[2:])))
        for image, answers in zip(places, made):
            for top in range(0, len(image), lines):
                answers[top:top + lines] = self._answers(self._sums(image[top:top + lines]))
        return made.reshape(self.y.shape)

    def _sums(self, places: np.ndarray) -> np.ndarray:
        """[height, width, out], less the biases."""
        shape = places.shape[:2] + self.biases.shape
        if self.is_depthwise():
            weights = self.weights.astype(_exact_type(self.weights.reshape((-1,) + self.weights.shape[2:])))
            terms = (places[:, :, i, j, :, np.newaxis] * weights[i, j] for i, j in np.ndindex(*weights.shape[:2]))
            return sum(terms).reshape(shape)
        weights = self.weights.reshape(len(self.weights), -1).T
        exact = _exact_type(weights)
        rows = places.reshape(-1, len(weights))
        parts = (slice(start, start + _MOST_COLUMNS) for start in range(0, len(weights), _MOST_COLUMNS))
        return sum(rows[:, part].astype(exact).dot(weights[part].astype(exact)) for part in parts).reshape(shape)

    def _answers(self, sums: np.ndarray) -> np.ndarray:
        step, zero_point = self.y.scale[0], self.y.zero_point[0]
        answers = np.round((sums + self.biases) * (self.sum_steps / step)) + zero_point
        low, high = (_nearest(np.float32(end) / np.float32(step)) + zero_point for end in _ENDS[self.operator.activation])
        return np.clip(answers, max(low, LEAST), min(high, MOST)).astype(np.int8)


def integer_layer(file: TFLiteFile, operator: Operator) -> Optional[IntegerLayer]:
    """None of what is no layer in 8 bits."""
    if operator.name not in LAYERS or [file.tensors[index].dtype for index in operator.inputs] != INT8_LAYER:
        return None
    x, weights, biases = (file.tensors[index] for index in operator.inputs)
    shape = weights.shape[1:3] + (x.shape[-1], -1) if operator.name == DEPTHWISE else weights.shape
    return IntegerLayer(
        operator, x, file.tensors[operator.outputs[0]], weights.values().reshape(shape),
        np.array(weights.scale), biases.values().astype(np.float64), np.array(biases.scale))


def _nearest(number: float) -> float:
    """Halves away from zero, as the kernels have it."""
    return np.copysign(np.floor(np.abs(number) + 0.5), number)


def _exact_type(weights: np.ndarray) -> Any:
    """What holds every sum over the first axis."""
    return np.float32 if np.abs(weights).sum(axis=0, dtype=np.int64).max() * _WIDEST < _EXACT_IN_SINGLE else np.float64


def _windows(x: np.ndarray, window: Tuple[int, int], operator: Operator, places: Tuple[int, int]) -> np.ndarray:
    options = root_table(operator.options)
    strides, dilations = [options.number(field, "i") for field in reversed(STRIDES)], operator.dilations[::-1]
    reached = [(place - 1) * stride + (side - 1) * dilation + 1
               for place, stride, side, dilation in zip(places, strides, window, dilations)]
    missing = [max(reach - size, 0) for reach, size in zip(reached, x.shape[1:3])]
    before = [size // 2 if options.number(PADDING, "B") == SAME else 0 for size in missing]
    x = np.pad(x, [(0, 0)] + [(first, size - first) for first, size in zip(before, missing)] + [(0, 0)], "constant")
    image, line, place, channel = x.strides
    return as_strided(x, x.shape[:1] + places + window + x.shape[3:], (
        image, line * strides[0], place * strides[1], line * dilations[0], place * dilations[1], channel), writeable=False)
