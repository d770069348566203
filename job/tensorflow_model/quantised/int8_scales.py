"""Scales of 8 bits, and arrays in them: value = step * (number - zero_point)."""
from typing import NamedTuple, Sequence, Tuple

import numpy as np

from job.tensorflow_model.quantised.ranges import Range

LEAST, MOST = -128, 127  # of an int8
_MOST_OF_WEIGHTS = 127  # either side of zero
_MOST_OF_BIASES = 2.0 ** 30
_LEAST_FACTOR = 2.0 ** -28  # from sums to the output's steps: what is less is lost to current runtimes


class Scale(NamedTuple):
    step: float
    zero_point: int


class Layer(NamedTuple):
    """Weights and biases of a layer as numbers."""

    weights: np.ndarray  # int8
    steps: np.ndarray  # of the weights: one, or one for each output channel
    biases: np.ndarray  # int32, in steps of the input's times those of the weights


def scale_of(range_: Range) -> Scale:
    """Zero is in every range, and held exactly; of nothing but zeros any step will do."""
    step = float(np.float32(range_.width() / (MOST - LEAST))) or 1.0
    return Scale(step, int(np.clip(np.round(LEAST - range_.low / step), LEAST, MOST)))


def numbers_in(scale: Scale, values: np.ndarray) -> np.ndarray:
    """int8; what the scale cannot say becomes its nearest end."""
    steps = np.round(values.astype(np.float64) / scale.step) + scale.zero_point
    return np.clip(steps, LEAST, MOST).astype(np.int8)


def layer_numbers(weights: np.ndarray, biases: np.ndarray, along: Sequence[int], input_step: float,
                  output_step: float) -> Layer:
    """`along` are the axes of the weights that share a scale.

    A channel of weights that are next to nothing would have a scale in which its bias has no room: it gets one that holds
    the bias in 31 bits.
    """
    largest = np.abs(weights).max(axis=tuple(along), keepdims=True).astype(np.float64)
    room = np.abs(biases.astype(np.float64)).reshape(_bias_shape(largest.shape, biases)) / _MOST_OF_BIASES
    least = np.maximum(room if room.size == largest.size else room.max(), _LEAST_FACTOR * output_step) / input_step
    steps = np.maximum(largest / _MOST_OF_WEIGHTS, least).astype(np.float32)
    numbers = np.clip(np.round(weights / steps.astype(np.float64)), -_MOST_OF_WEIGHTS, _MOST_OF_WEIGHTS)
    flat = steps.reshape(-1)
    bias_steps = flat.astype(np.float64) * input_step
    return Layer(numbers.astype(np.int8), flat, np.round(biases / bias_steps).astype(np.int32))


def _bias_shape(shape: Tuple[int, ...], biases: np.ndarray) -> Tuple[int, ...]:
    return shape if int(np.prod(shape)) == biases.size else biases.shape
