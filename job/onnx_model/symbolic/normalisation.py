"""Norms over the input's own statistics, said with means: they need no layout of their own."""
from typing import Any, List

import torch
from torch.onnx.symbolic import parse_args

from job.onnx_model.moments import in_turn
from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, reshaped, sizes


@exports("layer_norm")
@parse_args("v", "is", "v", "v", "f", "i")
def layer_norm(g: Any, x: Any, normalized_shape: List[int], weight: Any, bias: Any, eps: float, _: int) -> Any:
    rank = x.type().dim()
    centred, variance = _centred(g, x, list(range(rank - len(normalized_shape), rank)))
    return _scaled(g, centred, variance, weight, bias, eps)


@exports("instance_norm")
@parse_args("v", "v", "v", "v", "v", "i", "f", "f", "i")
def instance_norm(g: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, use_input_stats: int,
                  momentum: float, eps: float, _: int) -> Any:
    if not use_input_stats:
        return _frozen_norm(g, x, weight, bias, mean, variance, eps)
    rank = x.type().dim()
    return _norm_of_channels(g, x, list(range(2, rank)), rank, weight, bias, eps)


@exports("batch_norm")
@parse_args("v", "v", "v", "v", "v", "i", "f", "f", "i")
def batch_norm(g: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, training: int, momentum: float,
               eps: float, _: int) -> Any:
    """Of rank 2 too: torch 1.1 puts an axis of one around it, which nothing needs. `training` means that there are no
    statistics but the batch's own."""
    if not training:
        return _frozen_norm(g, x, weight, bias, mean, variance, eps)
    rank = x.type().dim()
    return _norm_of_channels(g, x, [axis for axis in range(rank) if axis != 1], rank, weight, bias, eps)


@exports("group_norm")
@parse_args("v", "i", "v", "v", "f", "i")
def group_norm(g: Any, x: Any, groups: int, weight: Any, bias: Any, eps: float, _: int) -> Any:
    """Of one group, and of as many as channels, a norm over axes."""
    shape, rank = sizes(x), x.type().dim()
    if groups == 1 or groups == shape[1] and rank > 2:
        axes = list(range(1 if groups == 1 else 2, rank))
        return _norm_of_channels(g, x, axes, rank, weight, bias, eps)
    if rank == 2:
        rows = reshaped(g, x, [shape[0], groups, shape[1] // groups])
        centred, variance = _centred(g, rows, [2])
        plain = reshaped(g, _divided(g, centred, variance, eps), shape)
        return _affine(g, plain, _beside_channels(g, weight, rank), _beside_channels(g, bias, rank))
    centred, variance = _centred_in_groups(g, x, shape[1], groups, rank)
    return _scaled(g, centred, variance, _beside_channels(g, weight, rank), _beside_channels(g, bias, rank), eps)


def _norm_of_channels(g: Any, x: Any, axes: List[int], rank: int, weight: Any, bias: Any, eps: float) -> Any:
    centred, variance = _centred(g, x, axes)
    return _scaled(g, centred, variance, _beside_channels(g, weight, rank), _beside_channels(g, bias, rank), eps)


def _centred(g: Any, x: Any, axes: List[int]) -> Any:
    """x without its mean, and its variance."""
    lengths = [sizes(x)[axis] for axis in axes] if len(axes) > 1 else []
    centred = g.op("Sub", x, _mean(g, x, axes, lengths))
    return centred, _mean(g, g.op("Mul", centred, centred), axes, lengths)


def _mean(g: Any, x: Any, axes: List[int], lengths: List[int]) -> Any:
    for part in in_turn(axes, lengths):
        x = g.op("ReduceMean", x, axes_i=list(part), keepdims_i=1)
    return x


def _centred_in_groups(g: Any, x: Any, channels: int, groups: int, rank: int) -> Any:
    """Means over a group are means over each channel, averaged over the group by a 1x1 convolution."""
    ones = [1] * (rank - 2)
    averaging = g.op("Constant", value_t=_averaging_kernel(channels, groups).reshape([channels, channels] + ones))

    def group_mean(value: Any) -> Any:
        means = _mean(g, value, list(range(2, rank)), sizes(x)[2:])
        return g.op("Conv", means, averaging, dilations_i=ones, group_i=1, kernel_shape_i=ones,
                    pads_i=[0, 0] * len(ones), strides_i=ones)
    centred = g.op("Sub", x, group_mean(x))
    return centred, group_mean(g.op("Mul", centred, centred))


def _averaging_kernel(channels: int, groups: int) -> torch.Tensor:
    """[C, C]: every channel becomes the mean of its group."""
    size = channels // groups
    group = torch.arange(channels) // size
    return (group[:, None] == group[None, :]).float().div(size)


def _scaled(g: Any, centred: Any, variance: Any, weight: Any, bias: Any, eps: float) -> Any:
    return _affine(g, _divided(g, centred, variance, eps), weight, bias)


def _divided(g: Any, centred: Any, variance: Any, eps: float) -> Any:
    return g.op("Div", centred, g.op("Sqrt", g.op("Add", variance, constant(g, eps))))


def _affine(g: Any, x: Any, weight: Any, bias: Any) -> Any:
    x = g.op("Mul", x, weight) if _is_given(weight) else x
    return g.op("Add", x, bias) if _is_given(bias) else x


def _beside_channels(g: Any, parameter: Any, rank: int) -> Any:
    """One number a channel, in the place of axis 1."""
    if not _is_given(parameter) or rank == 2:
        return parameter
    return g.op("Unsqueeze", parameter, axes_i=list(range(1, rank - 1)))


def _is_given(parameter: Any) -> bool:
    return parameter is not None and not parameter.node().mustBeNone()


def _frozen_norm(g: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, eps: float) -> Any:
    channels = sizes(mean)[0]
    weight = weight if _is_given(weight) else constant(g, [1.0] * channels)
    bias = bias if _is_given(bias) else constant(g, [0.0] * channels)
    return g.op("BatchNormalization", x, weight, bias, mean, variance, epsilon_f=eps)
