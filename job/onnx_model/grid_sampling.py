"""A map read at computed places, between four pixels each: spatial transformers, flows and warps."""
from typing import Any, NamedTuple, Optional, Sequence

import numpy as np
from onnx import TensorProto

from job.axes import channels_last, inverse
from job.onnx_model.graph import Op
from job.onnx_model.whole_numbers import EXACT
from job.values import Shape

_LAST = channels_last(4)


class _End(NamedTuple):
    """One of the two lines of pixels that a place lies between."""

    pixel: Any  # its number, inside the map
    weight: Any


def grid_sampled(op: Op, x: Any, grid: Any, shape: Shape, border: bool, corners: bool) -> Optional[Any]:
    """x [N, C, H, W] of that shape, grid [N, H', W', 2] of x and y from -1 to 1 -> [N, C, H', W'].

    With `corners` -1 and 1 are the centres of the first and the last pixel, else their outer edges. None for large maps.
    """
    batch, channels, height, width = shape
    if batch * height * width > EXACT:
        return None
    columns, rows = (_ends(op, _on_last_axis(op, grid, axis), size, border, corners)
                     for axis, size in enumerate((width, height)))
    first = _floats([[[width * height * number]] for number in range(batch)])
    pixels = op("Reshape", op("Transpose", x, perm=_LAST), np.array([-1, channels], np.int64))
    parts = []
    for row in rows:
        start = op("Add", op("Mul", row.pixel, _floats(width)), first)
        for column in columns:
            places = op("Cast", op("Add", start, column.pixel), to=int(TensorProto.INT64))
            weight = op("Unsqueeze", op("Mul", row.weight, column.weight), axes=(3,))
            parts.append(op("Mul", op("Gather", pixels, places, axis=0), weight))
    return op("Transpose", op("Sum", *parts), perm=inverse(_LAST))


def _floats(numbers: Any) -> np.ndarray:
    return np.array(numbers, np.float32)


def _on_last_axis(op: Op, grid: Any, number: int) -> Any:
    """One of the numbers on the last axis, which goes away."""
    return op("Squeeze", op("Gather", grid, np.array([number], np.int64), axis=3), axes=(3,))


def _ends(op: Op, places: Any, size: int, border: bool, corners: bool) -> Sequence[_End]:
    """What lies beyond the map weighs nothing, or counts as its border."""
    places = op("Add", op("Mul", places, _floats((size - 1 if corners else size) / 2)), _floats((size - 1) / 2))
    if border:
        places = op("Clip", places, min=0.0, max=float(size - 1))
    low = op("Floor", places)
    above = op("Sub", places, low)
    ends = ((low, op("Sub", _floats(1), above)), (op("Add", low, _floats(1)), above))
    return [_inside(op, number, weight, size) for number, weight in ends]


def _inside(op: Op, number: Any, weight: Any, size: int) -> _End:
    pixel = op("Clip", number, min=0.0, max=float(size - 1))
    beyond = op("Abs", op("Sub", number, pixel))  # a whole number
    return _End(pixel, op("Mul", weight, op("Relu", op("Sub", _floats(1), beyond))))
