"""Resizing as sums of picks along one axis: which pixels each that comes out reads, and their weights.

Places are in pixels of the axis, counted from its first one's centre, in float32 as the runtimes compute them.
"""
from typing import Any, List, Tuple

import numpy as np

from job.onnx_model.graph import Op

Taps = List[Tuple[np.ndarray, np.ndarray]]  # for each tap the pixel and its weight, of every pixel that comes out
CUBIC = -0.75  # PyTorch's coefficient of the cubic kernel


def linear_taps(size: int, places: np.ndarray) -> Taps:
    places = np.maximum(places, np.float32(0))
    low = np.minimum(places.astype(np.int64), size - 1)
    share = places - low.astype(np.float32)
    return [(low, np.float32(1) - share), (np.minimum(low + 1, size - 1), share)]


def cubic_taps(size: int, places: np.ndarray, coefficient: float = CUBIC) -> Taps:
    a = np.float32(coefficient)
    low = np.floor(places).astype(np.int64)
    share = places - low.astype(np.float32)
    rest = np.float32(1) - share
    weights = _outer(share + np.float32(1), a), _inner(share, a), _inner(rest, a), _outer(rest + np.float32(1), a)
    return [(np.clip(low + shift, 0, size - 1), weight) for shift, weight in zip((-1, 0, 1, 2), weights)]


def weighted_sum(op: Op, x: Any, taps: Taps, axis: int, rank: int) -> Any:
    """Of picks along one axis of x. Taps that weigh nothing are left out, and a weight of one everywhere."""
    terms = []
    for picks, weights in taps:
        if weights.any():
            term = op("Gather", x, picks, axis=axis)
            along = weights.reshape((-1,) + (1,) * (rank - 1 - axis))
            terms.append(op("Mul", term, along) if (weights != 1).any() else term)
    total = terms[0]
    for term in terms[1:]:
        total = op("Add", total, term)
    return total


def _inner(x: np.ndarray, a: np.float32) -> np.ndarray:
    """The kernel within one pixel."""
    return ((a + np.float32(2)) * x - (a + np.float32(3))) * x * x + np.float32(1)


def _outer(x: np.ndarray, a: np.float32) -> np.ndarray:
    """Between one and two."""
    return ((a * x - np.float32(5) * a) * x + np.float32(8) * a) * x - np.float32(4) * a
