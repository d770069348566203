"""Drawers of layers: convolutions, pools, norms, Linear."""
import random
from typing import Callable, Optional

import torch
from torch import nn

from tests.fuzz.draws import Draw, Values, draws


@draws("conv", 8, ranks=(3, 4, 5))
def conv(r: random.Random, values: Values) -> Draw:
    channels = values.x.shape[1]
    group = r.choice([1, 1, 1] + [size for size in range(2, channels + 1) if channels % size == 0])
    axes = values.x.dim() - 2
    kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1]

    def each(*choices: int):
        return tuple(r.choice(choices) for _ in range(axes))
    kernel = each(1, 2, 3, 3, 3, 4, 5)
    padding = tuple(r.choice((0, size // 2, size // 2, r.randint(0, size))) for size in kernel)
    return values.step(kind(channels, group * r.randint(1, 4 if group < 4 else 2), kernel, each(1, 1, 1, 2, 3), padding,
                            each(1, 1, 1, 2), group, bias=r.random() < 0.7))


@draws("transposed conv", 2, ranks=(3, 4))
def transposed_conv(r: random.Random, values: Values) -> Optional[Draw]:
    axes, channels = values.x.dim() - 2, values.x.shape[1]
    group = r.choice([1, 1] + [size for size in range(2, channels + 1) if channels % size == 0])

    def each(low: int, high: int):
        return tuple(r.randint(low, high) for _ in range(axes))
    kernel, stride, dilation = each(1, 4), each(1, 3), tuple(r.choice((1, 1, 1, 2)) for _ in range(axes))
    padding = tuple(r.randint(0, size // 2) for size in kernel)
    more = tuple(r.randint(0, step - 1) for step in stride)
    kind = (nn.ConvTranspose1d, nn.ConvTranspose2d)[axes - 1]
    return values.step(kind(channels, group * r.randint(1, 3), kernel, stride, padding, more, group,
                            dilation=dilation, bias=r.random() < 0.7))


@draws("max pool", 3, ranks=(3, 4, 5))
def max_pool(r: random.Random, values: Values) -> Draw:
    dilation = r.choice((1, 1, 1, 2))
    return values.step(_pool(r, (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d), values, dilation=dilation))


@draws("average pool", 3, ranks=(3, 4, 5))
def average_pool(r: random.Random, values: Values) -> Draw:
    return values.step(_pool(r, (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d), values, count_include_pad=r.random() < 0.5))


def _pool(r: random.Random, kinds, values: Values, **more) -> nn.Module:
    axes = values.x.dim() - 2
    kernel = tuple(r.choice((1, 2, 3, 3, 4)) for _ in range(axes))
    stride = tuple(r.randint(1, 3) for _ in range(axes))
    padding = tuple(r.randint(0, size // 2) for size in kernel)
    if axes == 1:
        kernel, stride, padding = kernel[0], stride[0], padding[0]
    return kinds[axes - 1](kernel, stride, padding, ceil_mode=r.random() < 0.3, **more)


@draws("adaptive pool", 2, ranks=(3, 4))
def adaptive_pool(r: random.Random, values: Values) -> Draw:
    if values.x.dim() == 3:
        return values.step(r.choice((nn.AdaptiveAvgPool1d, nn.AdaptiveMaxPool1d))(r.randint(1, 5)))
    kind = r.choice((nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d))
    return values.step(kind(r.choice((1, (r.randint(1, 5), r.randint(1, 5)), (None, r.randint(1, 5))))))


@draws("power-average pool", 1, ranks=(4,))
def power_average_pool(r: random.Random, values: Values) -> Draw:
    return values.step(nn.LPPool2d(r.choice((1, 2)), (r.randint(1, 3), r.randint(1, 3)), r.randint(1, 2)))


@draws("response norm", 1, ranks=(3, 4))
def response_norm(r: random.Random, values: Values) -> Draw:
    return values.step(nn.LocalResponseNorm(r.randint(1, 6), r.choice((1e-4, 0.3)), r.choice((0.75, 0.5)), r.choice((1, 2))))


@draws("batch norm", 4)
def batch_norm(r: random.Random, values: Values) -> Draw:
    kind = {4: nn.BatchNorm2d, 5: nn.BatchNorm3d}.get(values.x.dim(), nn.BatchNorm1d)
    return values.step(norm(kind, values.x.shape[1], affine=r.random() < 0.8))


def norm(kind: Callable[..., nn.Module], channels: int, **options: bool) -> nn.Module:
    """Of random statistics: fresh ones hide what is forgotten."""
    module = kind(channels, **options)
    module.running_mean.normal_()
    module.running_var.uniform_(0.5, 2)
    return _affine(module)


@draws("group or instance norm", 2, ranks=(3, 4, 5))
def map_norm(r: random.Random, values: Values) -> Optional[Draw]:
    if _nearly_constant(values.x.flatten(2)):
        return None
    channels = values.x.shape[1]
    groups = r.choice([size for size in range(1, channels + 1) if channels % size == 0])
    instance = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)[values.x.dim() - 3]
    return values.step(_affine(r.choice((nn.GroupNorm(groups, channels, affine=r.random() < 0.7),
                                         instance(channels, affine=r.random() < 0.7)))))


@draws("layer norm", 1)
def layer_norm(r: random.Random, values: Values) -> Optional[Draw]:
    if _nearly_constant(values.x):
        return None
    axes = r.randint(1, min(2, values.x.dim() - 1))
    return values.step(_affine(nn.LayerNorm(values.x.shape[-axes:], elementwise_affine=r.random() < 0.7)))


def _nearly_constant(x: torch.Tensor) -> bool:
    """Whether some last axis varies so little that to normalise it is to enlarge rounding errors."""
    return x.shape[-1] < 2 or float((x.max(-1)[0] - x.min(-1)[0]).min()) < 0.02


def _affine(module: nn.Module) -> nn.Module:
    if module.weight is not None:
        module.weight.data.uniform_(0.5, 2)
        module.bias.data.normal_()
    return module


@draws("linear", 3)
def linear(r: random.Random, values: Values) -> Draw:
    return values.step(nn.Linear(values.x.shape[-1], r.randint(2, 14), bias=r.random() < 0.7))


@draws("prelu", 1)
def prelu(r: random.Random, values: Values) -> Draw:
    module = nn.PReLU(r.choice((1, values.x.shape[1])))
    module.weight.data.uniform_(0.1, 0.9)
    return values.step(module)
