"""Norms over the input's own statistics, said with means: they need no layout of their own."""
from typing import Any, List

import torch
from torch.onnx.symbolic import parse_args

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, sizes


@exports("layer_norm")
@parse_args("v", "is", "v", "v", "f", "i")
def layer_norm(g: Any, x: Any, normalized_shape: List[int], weight: Any, bias: Any, eps: float, _: int) -> Any:
    rank = x.type().dim()
    axes = list(range(rank - len(normalized_shape), rank))
    centred = g.op("Sub", x, g.op("ReduceMean", x, axes_i=axes, keepdims_i=1))
    variance = g.op("ReduceMean", g.op("Mul", centred, centred), axes_i=axes, keepdims_i=1)
    return _affine(g, _scaled(g, centred, variance, eps), weight, bias, None)


@exports("instance_norm")
@parse_args("v", "v", "v", "v", "v", "i", "f", "f", "i")
def instance_norm(g: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, use_input_stats: int,
                  momentum: float, eps: float, _: int) -> Any:
    if not use_input_stats:
        return _frozen_norm(g, x, weight, bias, mean, variance, eps)
    axes = list(range(2, x.type().dim()))
    centred = g.op("Sub", x, g.op("ReduceMean", x, axes_i=axes, keepdims_i=1))
    variance = g.op("ReduceMean", g.op("Mul", centred, centred), axes_i=axes, keepdims_i=1)
    return _affine(g, _scaled(g, centred, variance, eps), weight, bias, x.type().dim())


@exports("group_norm")
@parse_args("v", "i", "v", "v", "f", "i")
def group_norm(g: Any, x: Any, groups: int, weight: Any, bias: Any, eps: float, _: int) -> Any:
    """Means over a group are means over each channel, averaged over the group by a 1x1 convolution."""
    rank, channels = x.type().dim(), sizes(x)[1]
    if rank < 3:
        return None
    ones = [1] * (rank - 2)
    averaging = _averaging_kernel(channels, groups).reshape([channels, channels] + ones)

    def group_mean(value: Any) -> Any:
        means = g.op("ReduceMean", value, axes_i=list(range(2, rank)), keepdims_i=1)
        return g.op("Conv", means, g.op("Constant", value_t=averaging), dilations_i=ones, group_i=1,
                    kernel_shape_i=ones, pads_i=[0, 0] * len(ones), strides_i=ones)
    centred = g.op("Sub", x, group_mean(x))
    variance = group_mean(g.op("Mul", centred, centred))
    return _affine(g, _scaled(g, centred, variance, eps), weight, bias, rank)


def _averaging_kernel(channels: int, groups: int) -> torch.Tensor:
    """[C, C]: every channel becomes the mean of its group."""
    size = channels // groups
    group = torch.arange(channels) // size
    return (group[:, None] == group[None, :]).float().div(size)


def _scaled(g: Any, centred: Any, variance: Any, eps: float) -> Any:
    return g.op("Div", centred, g.op("Sqrt", g.op("Add", variance, constant(g, eps))))


def _affine(g: Any, x: Any, weight: Any, bias: Any, rank: Any) -> Any:
    """Times weight plus bias, along the channels of a map of that rank, or else along the last axes."""
    for op, parameter in (("Mul", weight), ("Add", bias)):
        if parameter is not None and not parameter.node().mustBeNone():
            if rank is not None:
                parameter = g.op("Unsqueeze", parameter, axes_i=list(range(1, rank - 1)))
            x = g.op(op, x, parameter)
    return x


@exports("batch_norm")
@parse_args("v", "v", "v", "v", "v", "i", "f", "f", "i")
def batch_norm(g: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, training: int, momentum: float,
               eps: float, _: int) -> Any:
    """Of rank 2 too: torch 1.1 puts an axis of one around it, which nothing needs."""
    return None if training else _frozen_norm(g, x, weight, bias, mean, variance, eps)


def _frozen_norm(g: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, eps: float) -> Any:
    channels = sizes(mean)[0]
    if weight.node().mustBeNone():
        weight = constant(g, [1.0] * channels)
    if bias.node().mustBeNone():
        bias = constant(g, [0.0] * channels)
    return g.op("BatchNormalization", x, weight, bias, mean, variance, epsilon_f=eps)
