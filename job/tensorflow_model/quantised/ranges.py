"""What range each tensor of a float32 .tflite takes over the calibration samples, one sample in memory at a time.

Bounds are snapped to coarse steps: the last bits of float kernels, which differ between CPUs, then reach no file.
"""
import math
from itertools import chain
from typing import Callable, Collection, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from job.errors import BadCheckpoint
from job.tensorflow_model.flatbuffer.tflite_file import LAYERS, TFLiteFile
from job.tensorflow_model.quantised.histogram import Histogram, empty_histogram
from job.tensorflow_model.runners import InnerTensors

LOWEST = float(np.finfo(np.float32).min)
STEPS = 64  # of a bound, from one power of two's half to the whole
UNITS = 2 ** 24  # of a channel's mean, in one
MOST_BYTES = 2 ** 28  # of inner tensors that one run reads

Sample = Sequence[np.ndarray]  # an array an input, in the file's own layout
Samples = Callable[[], Iterable[Sample]]  # all of them, from the first on at each call


class Range(NamedTuple):
    """Of a tensor, zero always in it: int8 must hold it exactly."""

    low: float
    high: float

    def width(self) -> float:
        return self.high - self.low

    def snapped(self) -> "Range":
        """Outward, but for a quarter of a step: round numbers, which many activations end at, then stand between two
        steps' borders. A tensor of zeros has the range of one.
        """
        largest = max(-self.low, self.high)
        if largest == 0:
            return Range(0.0, 1.0)
        step = 2.0 ** math.ceil(math.log2(largest)) / STEPS
        return Range(-math.ceil(-self.low / step - 0.25) * step, math.ceil(self.high / step - 0.25) * step)


class Channels(NamedTuple):
    """The least and the greatest value in each channel (the last axis), zero among them."""

    low: np.ndarray
    high: np.ndarray
    count: int  # of values in each channel
    histogram: Histogram

    def with_values(self, values: np.ndarray) -> "Channels":
        """Less the border of a max-pool: the lowest float stands for nothing at all."""
        rows = values.reshape(-1, len(self.low))
        low = rows.min(axis=0)
        if low.min() <= LOWEST:
            rows = np.where(rows > LOWEST, rows, np.float32(0))
            low = rows.min(axis=0)
        high = rows.max(axis=0)
        return Channels(np.minimum(low, self.low), np.maximum(high, self.high), self.count + len(rows),
                        self.histogram.with_rows(rows, np.stack([low, high])))

    def scaled(self, by: np.ndarray) -> "Channels":
        """`by` is a positive number a channel."""
        return Channels(self.low * by, self.high * by, self.count, self.histogram.scaled(by))

    def reach(self) -> np.ndarray:
        return np.maximum(-self.low, self.high)

    def whole(self) -> Range:
        return Range(float(self.low.min()), float(self.high.max()))


def channels_of(values: np.ndarray) -> Channels:
    return _nothing(values.shape[-1] if values.ndim else 1).with_values(values)


def _nothing(channels: int) -> Channels:
    nothing = np.zeros(channels, np.float32)
    return Channels(nothing, nothing, 0, empty_histogram(channels))


class Seen(NamedTuple):
    """By a tensor's index: inputs, and what operators make, where it is float32."""

    channels: Mapping[int, Channels]
    means: Mapping[int, np.ndarray]  # of each channel, of what layers read

    def ranges(self) -> Dict[int, Range]:
        return {index: self.channels[index].whole().snapped() for index in sorted(self.channels)}


def ranges_of(file: TFLiteFile, samples: Samples, of: Optional[Collection[int]] = None) -> Seen:
    """Of these tensors, or of all; the samples are gone through once for each MOST_BYTES of them.

    Raises BadCheckpoint for one that makes a tensor NaN or infinite.
    """
    read = {operator.inputs[0] for operator in file.operators if operator.name in LAYERS}
    seen, sums, count = {}, {}, 0  # type: Dict[int, Channels], Dict[int, np.ndarray], int
    for group in _groups(file, of):
        inner = InnerTensors(file, [file.tensors[index].name for index in group])
        for number, sample in enumerate(samples()):
            count = number + 1
            for index, values in _values(file, inner, sample):
                _check_finite(file.tensors[index].name, values, number)
                seen[index] = seen[index].with_values(values) if index in seen else channels_of(values)
                if index in read:
                    sums[index] = sums.get(index, 0) + _channel_units(values)
    means = {index: total / (count * UNITS) for index, total in sums.items()}
    return Seen(seen, means)


def _channel_units(values: np.ndarray) -> np.ndarray:
    """The mean of each channel as a whole number of units: sums of these do not depend on the order of the samples."""
    rows = values.reshape(-1, values.shape[-1])
    return np.round(rows.mean(axis=0, dtype=np.float64) * UNITS).astype(np.int64)


def _values(file: TFLiteFile, inner: InnerTensors, sample: Sample) -> Iterator[Tuple[int, np.ndarray]]:
    """Of the float32 inputs, and of every float32 tensor that is read."""
    given = zip(file.inputs, sample)
    made = ((index, values) for index, _, values in inner.values(sample))
    return ((index, values) for index, values in chain(given, made) if values.dtype == np.float32)


def _groups(file: TFLiteFile, of: Optional[Collection[int]]) -> List[List[int]]:
    """The float32 tensors that operators make, so many together as MOST_BYTES holds."""
    groups, size = [[]], 0  # type: List[List[int]], int
    for index in (index for operator in file.operators for index in operator.outputs):
        tensor = file.tensors[index]
        if tensor.dtype != "float32" or of is not None and index not in of:
            continue
        size += 4 * int(np.prod(tensor.shape, dtype=np.int64))
        if size > MOST_BYTES and groups[-1]:
            groups.append([])
            size = 0
        groups[-1].append(index)
    return groups


def _check_finite(tensor: str, values: np.ndarray, number: int) -> None:
    if not np.isfinite(values).all():
        raise BadCheckpoint("calibration sample {} makes {} NaN or infinite".format(number, tensor),
                            hint="look at that sample and at --preprocess", stage="tflite.int8")
