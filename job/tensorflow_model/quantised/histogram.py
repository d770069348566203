"""How often values of each size occur in each channel, in whole numbers: in any order they add up to the same.

Of a large array some rows stand for all; its extremes, of which a single one matters, are counted besides.

A bin is an eighth of a power of two, read off a float's own bits; its borders stand between round numbers, which many
activations end at. Each channel has bins for eight powers of two below its greatest value; what is less counts as that.
"""
from typing import NamedTuple

import numpy as np

MOST_VALUES = 2 ** 15  # of one array that are counted
_BITS = 20  # of a float's 23 that no bin looks at
_EIGHTHS = 8
BINS = 8 * _EIGHTHS
_BETWEEN = 2 ** (_BITS - 2)  # a quarter of a bin


class Bins(NamedTuple):
    """From the least to the greatest."""

    low: np.ndarray
    high: np.ndarray
    counts: np.ndarray


class Histogram(NamedTuple):
    top: np.ndarray  # [channels], the number of each one's last bin among all that there are
    counts: np.ndarray  # [channels, negative or positive, BINS], in as few bits as hold the greatest

    def with_rows(self, rows: np.ndarray, extremes: np.ndarray) -> "Histogram":
        """`rows` are [values, channels], of which some stand for all; `extremes` are [least and greatest, channels]."""
        every = max(1, rows.size // MOST_VALUES) | 1  # odd: in no step with the columns of a map
        top = np.maximum(self.top, _bins(extremes).max(axis=0))
        counts = _raised(self, top) + every * _counted(rows[::every], top)
        counts = counts if every == 1 else counts + _counted(extremes, top)
        return Histogram(top, counts.astype(np.min_scalar_type(int(counts.max()))))

    def scaled(self, by: np.ndarray) -> "Histogram":
        """`by` is a power of two a channel."""
        _, exponent = np.frexp(by)
        return Histogram(self.top + (exponent - 1) * _EIGHTHS, self.counts)

    def whole(self) -> "Bins":
        """Of all channels together, those bins that hold any."""
        numbers = self.top[:, np.newaxis] - np.arange(BINS)[::-1]
        least = numbers.min()
        size = int(numbers.max() - least) + 1
        negative, positive = (np.bincount((numbers - least).ravel(), self.counts[:, side].ravel(), size) for side in (0, 1))
        borders = _borders(np.arange(least, least + size + 1))
        edges = np.concatenate([-borders[::-1], borders])
        counts = np.concatenate([negative[::-1], [0], positive])
        held = counts > 0
        return Bins(edges[:-1][held], edges[1:][held], counts[held])


def empty_histogram(channels: int) -> Histogram:
    return Histogram(np.zeros(channels, np.int64), np.zeros((channels, 2, BINS), np.uint8))


def _bins(values: np.ndarray) -> np.ndarray:
    return ((np.ascontiguousarray(values).view(np.int32) & 0x7FFFFFFF) + _BETWEEN) >> _BITS


def _counted(rows: np.ndarray, top: np.ndarray) -> np.ndarray:
    places = np.maximum(_bins(rows) - (top - BINS + 1), 0) + np.where(np.signbit(rows), 0, BINS)
    places += np.arange(len(top)) * (2 * BINS)
    return np.bincount(places.ravel(), minlength=len(top) * 2 * BINS).reshape(-1, 2, BINS)


def _raised(histogram: Histogram, top: np.ndarray) -> np.ndarray:
    """Counts with the last bins at `top`."""
    before, by = histogram.counts.astype(np.int64), np.minimum(top - histogram.top, BINS - 1)
    counts = before.copy()
    for places in np.unique(by[by > 0]):
        old = before[by == places]
        raised = np.zeros_like(old)
        raised[..., :-places] = old[..., places:]
        raised[..., 0] += old[..., :places].sum(axis=-1)
        counts[by == places] = raised
    return counts


def _borders(numbers: np.ndarray) -> np.ndarray:
    """Where each bin begins."""
    bits = (np.maximum(numbers, 0).astype(np.int64) << _BITS) - _BETWEEN
    return np.maximum(bits, 0).astype(np.int32).view(np.float32).astype(np.float64)
