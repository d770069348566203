"""Windows laid side by side, and put together again: convolutions whose kernels pick one element."""
from typing import Any, List, Sequence

import torch

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, constant, integer, integers, reshaped, sizes


def _picking(channels: int, kernel: Sequence[int]) -> torch.Tensor:
    """[C * K, 1, *kernel]: for each channel one kernel for each element of the window."""
    count = int(torch.Size(kernel).numel())
    return torch.eye(count).reshape([count, 1] + list(kernel)).repeat(channels, 1, 1, 1)


def _pair(value: Any) -> List[int]:
    given = integers(value)
    return given if len(given) == 2 else given * 2


@exports("thnn_im2col")
def patches(g: Any, x: Any, kernel: Any, dilation: Any, padding: Any, stride: Any) -> Any:
    """[N, C, H, W] -> [N, C * K, L]"""
    batch, channels = sizes(x)[:2]
    windows = g.op("Conv", x, g.op("Constant", value_t=_picking(channels, _pair(kernel))), kernel_shape_i=_pair(kernel),
                   strides_i=_pair(stride), pads_i=_pair(padding) * 2, dilations_i=_pair(dilation), group_i=channels)
    return reshaped(g, windows, [batch, channels * int(torch.Size(_pair(kernel)).numel()), -1])


@exports("thnn_col2im")
def from_patches(g: Any, x: Any, size: Any, kernel: Any, dilation: Any, padding: Any, stride: Any) -> Any:
    """[N, C * K, L] -> [N, C, H, W]; what overlaps is added."""
    axes = list(zip(_pair(size), _pair(kernel), _pair(dilation), _pair(padding), _pair(stride)))
    reach = [length + 2 * pad - ((taps - 1) * spread + 1) for length, taps, spread, pad, _ in axes]
    counts = [room // step + 1 for room, (_, _, _, _, step) in zip(reach, axes)]
    channels = sizes(x)[1] // int(torch.Size(_pair(kernel)).numel())
    windows = reshaped(g, x, sizes(x)[:2] + counts)
    return g.op("ConvTranspose", windows, g.op("Constant", value_t=_picking(channels, _pair(kernel))),
                kernel_shape_i=_pair(kernel), strides_i=_pair(stride), pads_i=_pair(padding) * 2, group_i=channels,
                dilations_i=_pair(dilation),
                output_padding_i=[room % step for room, (_, _, _, _, step) in zip(reach, axes)])


@exports("unfold")
def windows_of_axis(g: Any, x: Any, dim: Any, size: Any, step: Any) -> Any:
    """Windows of one axis; their elements become the last axis."""
    axis, rank = axis_of(x, dim), x.type().dim()
    starts = range(0, sizes(x)[axis] - integer(size) + 1, integer(step))
    picks = [[start + place for place in range(integer(size))] for start in starts]
    laid = g.op("Gather", x, constant(g, picks, torch.int64), axis_i=axis)
    order = [place for place in range(rank + 1) if place != axis + 1] + [axis + 1]
    return g.op("Transpose", laid, perm_i=order)
