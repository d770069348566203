"""Windows laid side by side, and put together again: convolutions whose kernels pick one element."""
from typing import Any, List

import torch

from job.onnx_model.patches import Windows, picking, put_together
from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, constant, integer, integers, reshaped, said_with, sizes


def _pair(value: Any) -> List[int]:
    given = integers(value)
    return given if len(given) == 2 else given * 2


@exports("thnn_im2col")
def patches(g: Any, x: Any, kernel: Any, dilation: Any, padding: Any, stride: Any) -> Any:
    """[N, C, H, W] -> [N, C * K, L]"""
    batch, channels = sizes(x)[:2]
    picks = g.op("Constant", value_t=torch.from_numpy(picking(channels, _pair(kernel))))
    windows = g.op("Conv", x, picks, kernel_shape_i=_pair(kernel),
                   strides_i=_pair(stride), pads_i=_pair(padding) * 2, dilations_i=_pair(dilation), group_i=channels)
    return reshaped(g, windows, [batch, channels * int(torch.Size(_pair(kernel)).numel()), -1])


@exports("thnn_col2im")
def from_patches(g: Any, x: Any, size: Any, kernel: Any, dilation: Any, padding: Any, stride: Any) -> Any:
    """[N, C * K, L] -> [N, C, H, W]; what overlaps is added."""
    pads = tuple(_pair(padding))
    windows = Windows(tuple(_pair(kernel)), tuple(_pair(stride)), tuple(_pair(dilation)), pads, pads)
    return put_together(said_with(g), x, tuple(sizes(x)), tuple(_pair(size)), windows)


@exports("unfold")
def windows_of_axis(g: Any, x: Any, dim: Any, size: Any, step: Any) -> Any:
    """Windows of one axis; their elements become the last axis."""
    axis, rank = axis_of(x, dim), x.type().dim()
    starts = range(0, sizes(x)[axis] - integer(size) + 1, integer(step))
    picks = [[start + place for place in range(integer(size))] for start in starts]
    laid = g.op("Gather", x, constant(g, picks, torch.int64), axis_i=axis)
    order = [place for place in range(rank + 1) if place != axis + 1] + [axis + 1]
    return g.op("Transpose", laid, perm_i=order)
