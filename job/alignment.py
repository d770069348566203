"""How arrays lie in memory: TensorFlow takes those that begin at certain places without a copy."""
from typing import Dict, Hashable, Mapping, Optional, Tuple, TypeVar

import numpy as np

ALIGNMENT = 64  # bytes, of where an array begins
_BLOCK = 32     # values along an axis: of two axes, that many lines of the processor's cache
_LARGE = 2 ** 18  # values: fewer lie in its cache all at once

Name = TypeVar("Name", bound=Hashable)


def all_aligned(arrays: Mapping[Name, np.ndarray]) -> Dict[Name, np.ndarray]:
    """Each as aligned() has it; those that lie in the same memory in the same way become one array."""
    made = {}  # type: Dict[Tuple[Hashable, ...], np.ndarray]
    result = {}
    for name, array in arrays.items():
        place = address(array), array.shape, array.strides, array.dtype
        if place not in made:
            made[place] = aligned(array)
        result[name] = made[place]
    return result


def aligned(array: np.ndarray) -> np.ndarray:
    """In rows, and aligned; the array itself where it is such already."""
    if array.flags.c_contiguous and address(array) % ALIGNMENT == 0:
        return array
    room = np.empty(array.nbytes + ALIGNMENT, np.uint8)
    start = -address(room) % ALIGNMENT
    result = room[start:start + array.nbytes].view(array.dtype).reshape(array.shape)
    _fill(result, array)
    return result


def in_rows(array: np.ndarray) -> np.ndarray:
    """The array itself where it is such already."""
    if array.flags.c_contiguous:
        return array
    result = np.empty(array.shape, array.dtype)
    _fill(result, array)
    return result


def _fill(rows: np.ndarray, array: np.ndarray) -> None:
    """By blocks where rows run along one axis, and the array along another: else each value is a line of the cache read
    or written for itself, and where sizes are powers of two they push each other out of it (weights: 3 to 5 times)."""
    last, near = array.ndim - 1, _axis_it_runs_along(array)
    if near in (None, last) or array.size < _LARGE:
        rows[...] = array
        return
    for first in range(0, array.shape[near], _BLOCK):
        for second in range(0, array.shape[last], _BLOCK):
            block = [slice(None)] * array.ndim
            block[near], block[last] = slice(first, first + _BLOCK), slice(second, second + _BLOCK)
            rows[tuple(block)] = array[tuple(block)]


def _axis_it_runs_along(array: np.ndarray) -> Optional[int]:
    """Of those that are worth dividing, the one whose neighbours are nearest in memory."""
    long = [axis for axis, size in enumerate(array.shape) if size >= _BLOCK]
    return min(long, key=lambda axis: abs(array.strides[axis])) if long else None


def address(array: np.ndarray) -> int:
    """Where its memory begins."""
    return array.__array_interface__["data"][0]
