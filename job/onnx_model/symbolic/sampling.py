"""Maps read at computed places, and the places that a matrix makes."""
from typing import Any

import torch

from job.onnx_model.grid_sampling import grid_sampled
from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import integer, integers, reshaped, said_with, sizes

BILINEAR, ZEROS, BORDER = 0, 0, 1  # PyTorch's numbers of the modes


@exports("grid_sampler")
def grid_sample(g: Any, x: Any, grid: Any, mode: Any, padding: Any) -> Any:
    """-1 is the first pixel, 1 the last."""
    if integer(mode) != BILINEAR or integer(padding) not in (ZEROS, BORDER):
        return None
    return grid_sampled(said_with(g), x, grid, tuple(sizes(x)), integer(padding) == BORDER, True)


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
