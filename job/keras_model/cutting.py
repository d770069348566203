"""Parts of axes."""
from typing import Any, Mapping, Sequence

import tensorflow as tf

_FARTHEST = (1 << 15) - 1  # TensorFlow Lite 1.14 and toco keep the bounds of a STRIDED_SLICE in 16 bits, those of a SLICE in 32


def cut(tensor: Any, picked: Mapping[int, range]) -> Any:
    """The elements with these numbers of each axis that is named, whole axes of the others."""
    far = {axis: numbers for axis, numbers in picked.items() if max(numbers.start, numbers.stop) > _FARTHEST}
    near = {axis: _bounds(numbers) for axis, numbers in picked.items() if axis not in far}
    if far:
        tensor = _window(tensor, far)
        near.update((axis, slice(None, None, numbers.step)) for axis, numbers in far.items() if numbers.step != 1)
    return tensor[_everywhere(near, len(tensor.shape))] if near else tensor


def _window(tensor: Any, picked: Mapping[int, range]) -> Any:
    """From the first to the last element."""
    begin, size = [0] * len(tensor.shape), [-1] * len(tensor.shape)
    for axis, numbers in picked.items():
        begin[axis] = min(numbers[0], numbers[-1])
        size[axis] = abs(numbers[-1] - numbers[0]) + 1
    return tf.slice(tensor, begin, size)


def _bounds(numbers: range) -> slice:
    """Backwards to the first element ends at -1, which a slice would count from the end."""
    return slice(numbers.start, None if numbers.stop < 0 else numbers.stop, numbers.step)


def _everywhere(cuts: Mapping[int, slice], rank: int) -> Sequence[slice]:
    return tuple(cuts.get(axis, slice(None)) for axis in range(rank))
