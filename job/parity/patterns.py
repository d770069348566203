"""Patterns that probes are made of: seeded, and the same bits on every CPU.

Values are drawn as integers, in units of 2^-10, and combined by integer arithmetic alone; one
exact division makes them float. Nothing is left to the last bits of a CPU's sine or exponential.

Batch and channels differ freely, neighbours along the other axes belong together.
"""
import hashlib
from typing import Callable, Mapping, Tuple

import numpy as np

from job.values import Shape

UNIT = 1024  # integers per 1.0
INDICES = ("int64", "int32")
INDEX_LIMIT = 8  # integer inputs are taken for indices: small, so that they fit most tables
LOWEST, HIGHEST = -2 * UNIT, 2662  # of a photograph after the usual normalisation: -2 to 2.6


def pattern(kind: str, turn: int, name: str, dtype: str, shape: Shape, indices_below: int = INDEX_LIMIT) -> np.ndarray:
    """The array of one kind for the input of that name; ``turn`` counts the arrays of a kind."""
    seed = hashlib.sha256(repr((name, dtype, tuple(shape), kind, turn)).encode("utf-8")).digest()
    rng = np.random.RandomState(np.frombuffer(seed, dtype="<u4"))
    units = KINDS[kind](rng, tuple(shape), turn)
    return _as_dtype(units, np.dtype(dtype), indices_below)


def within(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """A pattern's values, stretched from what a photograph's are to those from `low` to `high`."""
    share = (np.clip(values * UNIT, LOWEST, HIGHEST) - LOWEST) / np.float32(HIGHEST - LOWEST)
    return (low + share * (high - low)).astype(values.dtype)


def _as_dtype(units: np.ndarray, dtype: np.dtype, indices_below: int) -> np.ndarray:
    if dtype.kind == "f":
        return (units / np.float64(UNIT)).astype(dtype)
    if dtype.kind == "b":
        return _truths(units)
    if dtype == np.uint8:  # the bytes of a photograph
        return ((np.clip(units, LOWEST, HIGHEST) - LOWEST) * 255 // (HIGHEST - LOWEST)).astype(dtype)
    return (units // (UNIT // 4) % indices_below).astype(dtype)


def _truths(units: np.ndarray) -> np.ndarray:
    """Above zero or not, but both along the last axis: to a mask that hides all of a row attention answers NaN."""
    truths = np.asarray(units > 0)
    if not truths.ndim or truths.shape[-1] < 2:
        return truths
    halves = units > np.sort(units, axis=-1)[..., (truths.shape[-1] - 1) // 2, None]
    halves[..., -1:] |= ~halves.any(-1)[..., None]  # where the greater half is of one value
    return np.where((truths == truths[..., :1]).all(-1)[..., None], halves, truths)


def _image_like(rng: np.random.RandomState, shape: Shape, turn: int) -> np.ndarray:
    """Patches within patches of one colour cast, a smooth slope, and a little grain."""
    cast = _patches(rng, shape, 1, UNIT)
    coarse = _patches(rng, shape, 3 + turn, UNIT)
    middle = _patches(rng, shape, 9 + 2 * turn, UNIT // 2)
    fine = _patches(rng, shape, 32, UNIT // 4)
    grain = rng.randint(-64, 65, size=shape)
    picture = cast + coarse + middle + fine + _slopes(rng, shape, UNIT // 2) + grain
    return np.clip(picture, LOWEST, HIGHEST)


def _structured(rng: np.random.RandomState, shape: Shape, turn: int) -> np.ndarray:
    """A checkerboard on a slope, each channel with its own contrast and level."""
    contrast = _patches(rng, shape, 1, 2 * UNIT)
    level = _patches(rng, shape, 1, UNIT)
    return contrast * _checker(shape, 2 + 3 * turn) + level + _slopes(rng, shape, UNIT)


def _normal(rng: np.random.RandomState, shape: Shape, turn: int) -> np.ndarray:
    """Standard normal: twelve uniform numbers added have variance one."""
    total = np.zeros(shape, dtype=np.int64)
    for _ in range(12):
        total += rng.randint(0, UNIT, size=shape)
    return (total - 6 * (UNIT - 1)) * (1 + turn)


def _negative_heavy(rng: np.random.RandomState, shape: Shape, turn: int) -> np.ndarray:
    """Mostly far below zero, in patches, with a few values above."""
    depth = -abs(_patches(rng, shape, 5, (3 + turn) * UNIT))
    return depth + _patches(rng, shape, 1, UNIT) // 2 + rng.randint(-UNIT, UNIT + 1, size=shape) // 2


_Kind = Callable[[np.random.RandomState, Shape, int], np.ndarray]
KINDS = {
    "image-like": _image_like,
    "structured": _structured,
    "negative-heavy": _negative_heavy,
    "normal": _normal,
}  # type: Mapping[str, _Kind]


def _spatial(shape: Shape) -> Tuple[int, ...]:
    """Axes along which neighbours belong together: all but batch and channels, where there are such."""
    return tuple(range(min(2, max(len(shape) - 1, 0)), len(shape)))


def _patches(rng: np.random.RandomState, shape: Shape, cells: int, amplitude: int) -> np.ndarray:
    """At most ``cells`` patches along each spatial axis, each of one value within the amplitude."""
    spatial = _spatial(shape)
    grid = tuple(min(size, cells) if axis in spatial else size for axis, size in enumerate(shape))
    values = rng.randint(-amplitude, amplitude + 1, size=grid)
    where = [np.arange(size) * grid[axis] // max(size, 1) for axis, size in enumerate(shape)]
    return values[np.ix_(*where)] if shape else values


def _slopes(rng: np.random.RandomState, shape: Shape, amplitude: int) -> np.ndarray:
    """A plane per channel that rises or falls by at most twice the amplitude along each spatial axis."""
    plane = np.zeros(shape, dtype=np.int64)
    for axis in _spatial(shape):
        steepness = _patches(rng, shape, 1, amplitude)
        plane += steepness * (2 * _position(shape, axis) - (shape[axis] - 1)) // max(shape[axis] - 1, 1)
    return plane


def _checker(shape: Shape, width: int) -> np.ndarray:
    """+1 and -1 in squares of the given width."""
    odd = sum(_position(shape, axis) // width for axis in _spatial(shape))
    return 1 - 2 * (odd % 2) * np.ones(shape, dtype=np.int64)


def _position(shape: Shape, axis: int) -> np.ndarray:
    """Each element's index along the axis, broadcastable to the shape."""
    return np.arange(shape[axis]).reshape([-1 if i == axis else 1 for i in range(len(shape))])
