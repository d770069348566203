"""The range that int8 says a tensor best with: what is cut off at its ends, and what rounding within adds, is least.

    error = sum of (value - end)^2 over what is beyond an end + sum of min(value^2, step^2 / 12) over all values

An end is what was seen, or one of eight between two powers of two. Of ranges that are nearly as good as the best the widest
is taken: the last bits of floats, which differ between CPUs, then hardly choose another, and what was not seen has room.
"""
from typing import Dict

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import KEEP_SCALE, TFLiteFile
from job.tensorflow_model.quantised.gated_values import least_told_apart
from job.tensorflow_model.quantised.histogram import Bins, Histogram
from job.tensorflow_model.quantised.ranges import Range, Seen

_NEARLY = 1 + 1 / 256
_OCTAVES = 3  # below what was seen: an end is cut back no further
_STEPS = 255  # of int8


def clipped_ranges(file: TFLiteFile, seen: Seen) -> Dict[int, Range]:
    """By the index of a tensor. Inputs and outputs of the network are not cut."""
    ranges, least = seen.ranges(), least_told_apart(file)
    for index in set(ranges).difference(file.inputs + file.outputs):
        whole = ranges[index]._replace(low=max(ranges[index].low, least.get(index, -np.inf)))
        ranges[index] = clipped(whole, seen.channels[index].histogram)
    for operator in file.operators:
        if operator.name in KEEP_SCALE and operator.inputs[0] in ranges and operator.outputs[0] in ranges:
            ranges[operator.outputs[0]] = ranges[operator.inputs[0]]
    return ranges


def clipped(whole: Range, histogram: Histogram) -> Range:
    """`whole` is the range of what was seen, or of what of it matters."""
    low, high, counts = histogram.whole()
    bins = Bins(np.clip(low, *whole), np.clip(high, *whole), counts)
    lows, highs = _ends(-whole.low), _ends(whole.high)
    width = lows[:, np.newaxis] + highs
    error = _rounding(bins, width) + _beyond(Bins(-bins.high, -bins.low, counts), lows)[:, np.newaxis] + _beyond(bins, highs)
    widest = np.where(error <= _NEARLY * error.min(), width, 0).argmax()
    low, high = np.unravel_index(widest, width.shape)
    return Range(0.0 - float(lows[low]), float(highs[high]))


def _ends(most: float) -> np.ndarray:
    """Those that one end may be at."""
    if most == 0:
        return np.zeros(1)
    octave = np.floor(np.log2(most)) - np.arange(_OCTAVES + 1)
    ends = (np.arange(8, 16) / 8 * 2.0 ** octave[:, np.newaxis]).ravel()
    return np.append(ends[(ends < most) & (ends >= most / 2 ** _OCTAVES)], most)


def _rounding(bins: Bins, width: np.ndarray) -> np.ndarray:
    noise = (width[..., np.newaxis] / _STEPS) ** 2 / 12
    return (np.minimum((bins.low + bins.high) ** 2 / 4, noise) * bins.counts).sum(axis=-1)


def _beyond(bins: Bins, ends: np.ndarray) -> np.ndarray:
    """Of values that are spread evenly in their bins."""
    low, high = (np.maximum(border - ends[:, np.newaxis], 0) for border in (bins.low, bins.high))
    squares = (high ** 2 + high * low + low ** 2) / 3 * (high - low)
    width = np.maximum(bins.high - bins.low, np.finfo(np.float32).tiny)
    return (squares / width * bins.counts).sum(axis=-1)
