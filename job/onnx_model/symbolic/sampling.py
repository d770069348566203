"""A map read at computed places: spatial transformers, flows and warps."""
from typing import Any, NamedTuple, Sequence

import torch

from job.axes import channels_last, inverse
from job.onnx_model.symbolic.picking import WHOLE_NUMBERS, whole
from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, gather, integer, integers, reshaped, sizes

BILINEAR, ZEROS, BORDER = 0, 0, 1  # PyTorch's numbers of the modes
_LAST = channels_last(4)


class _End(NamedTuple):
    """One of the two lines of pixels that a place lies between."""

    pixel: Any  # its number, inside the map
    weight: Any


@exports("grid_sampler")
def grid_sample(g: Any, x: Any, grid: Any, mode: Any, padding: Any) -> Any:
    """x [N, C, H, W], grid [N, H', W', 2] of x and y from -1, the first pixel, to 1, the last -> [N, C, H', W']"""
    batch, channels, height, width = sizes(x)
    if integer(mode) != BILINEAR or integer(padding) not in (ZEROS, BORDER) or batch * height * width > WHOLE_NUMBERS:
        return None
    columns, rows = (_ends(g, _on_last_axis(g, grid, axis), size, integer(padding) == BORDER)
                     for axis, size in enumerate((width, height)))
    first = constant(g, [[[width * height * number]] for number in range(batch)])
    pixels = reshaped(g, g.op("Transpose", x, perm_i=_LAST), [-1, channels])
    parts = []
    for row in rows:
        start = g.op("Add", g.op("Mul", row.pixel, constant(g, float(width))), first)
        for column in columns:
            found = g.op("Gather", pixels, whole(g, g.op("Add", start, column.pixel)), axis_i=0)
            weight = g.op("Unsqueeze", g.op("Mul", row.weight, column.weight), axes_i=[3])
            parts.append(g.op("Mul", found, weight))
    return g.op("Transpose", g.op("Sum", *parts), perm_i=inverse(_LAST))


def _on_last_axis(g: Any, grid: Any, number: int) -> Any:
    """One of the numbers on the last axis, which goes away."""
    return g.op("Squeeze", gather(g, grid, [number], 3), axes_i=[3])


def _ends(g: Any, places: Any, size: int, border: bool) -> Sequence[_End]:
    """What lies beyond the map weighs nothing, or counts as its border."""
    halves = constant(g, (size - 1) / 2)
    places = g.op("Add", g.op("Mul", places, halves), halves)
    if border:
        places = g.op("Clip", places, min_f=0.0, max_f=float(size - 1))
    low = g.op("Floor", places)
    above = g.op("Sub", places, low)
    ends = ((low, g.op("Sub", constant(g, 1.0), above)), (g.op("Add", low, constant(g, 1.0)), above))
    return [_inside(g, number, weight, size) for number, weight in ends]


def _inside(g: Any, number: Any, weight: Any, size: int) -> _End:
    pixel = g.op("Clip", number, min_f=0.0, max_f=float(size - 1))
    beyond = g.op("Abs", g.op("Sub", number, pixel))  # a whole number
    return _End(pixel, g.op("Mul", weight, g.op("Relu", g.op("Sub", constant(g, 1.0), beyond))))


@exports("affine_grid_generator")
def affine_grid(g: Any, theta: Any, size: Any) -> Any:
    """theta [N, 2, 3] -> [N, H, W, 2], the places at which each pixel's centre comes to lie"""
    batch, _, height, width = integers(size)
    y, x = torch.meshgrid(_line(height), _line(width))
    pixels = torch.stack([x, y, torch.ones_like(x)], -1).reshape(1, height * width, 3)
    pixels = pixels.repeat(batch, 1, 1)
    places = g.op("MatMul", g.op("Constant", value_t=pixels), g.op("Transpose", theta, perm_i=[0, 2, 1]))
    return reshaped(g, places, [batch, height, width, 2])


def _line(size: int) -> torch.Tensor:
    return torch.linspace(-1, 1, size) if size > 1 else torch.tensor([-1.0])
