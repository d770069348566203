"""Layers that PyTorch has since 1.1, their functions, and what those that it had take since then."""
from typing import Any, Callable, Optional, Sequence

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from job.user_code.meaning import add, means_todays, replace
from job.user_code.newer_arrangements import unflatten

_TAKE_A_DEVICE = (
    nn.Linear, nn.Bilinear, nn.Embedding, nn.EmbeddingBag, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d,
    nn.ConvTranspose2d, nn.ConvTranspose3d, _BatchNorm, nn.GroupNorm, nn.PReLU, nn.RNNBase, nn.RNNCell, nn.LSTMCell, nn.GRUCell)


def provide() -> None:
    """In the places where PyTorch has them now."""
    for layer in _TAKE_A_DEVICE:
        replace(layer, "__init__", _with_device)
    replace(nn.LayerNorm, "__init__", _layer_norm)
    replace(nn.Upsample, "__init__", _upsample)
    replace(_BatchNorm, "reset_parameters", _normal_at_first)
    for owner, values in PROVIDED:
        add(owner, values)


def _with_device(of_1_1: Callable[..., Any], layer: nn.Module, *given: Any, device: Any = None, dtype: Any = None,
                 **named: Any) -> None:
    """Made on the CPU and of float32, whatever the code says: a checkpoint's weights take the place of its own."""
    of_1_1(layer, *given, **named)


def _layer_norm(of_1_1: Callable[..., Any], layer: nn.Module, normalized_shape: Any, eps: float = 1e-5,
                elementwise_affine: bool = True, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
    of_1_1(layer, normalized_shape, eps, elementwise_affine)
    if not bias:
        layer.bias = None


def _upsample(of_1_1: Callable[..., Any], layer: nn.Module, size: Any = None, scale_factor: Any = None, mode: str = "nearest",
              align_corners: Optional[bool] = None, recompute_scale_factor: Optional[bool] = None) -> None:
    """By a scale for each axis, which 1.1's function takes, but not its layer."""
    of_1_1(layer, size, None, mode, align_corners)
    if scale_factor is not None:
        several = isinstance(scale_factor, (tuple, list))
        layer.scale_factor = tuple(map(float, scale_factor)) if several else float(scale_factor)


def _normal_at_first(of_1_1: Callable[..., Any], layer: nn.Module) -> None:
    """Ones, which a layer that no checkpoint knows keeps; 1.1 draws lots."""
    of_1_1(layer)
    if layer.affine and means_todays("weights of BatchNorm that no checkpoint holds", is_doubtful=False):
        nn.init.ones_(layer.weight)


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape: Any, eps: Optional[float] = None, elementwise_affine: bool = True, device: Any = None,
                 dtype: Any = None) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps = eps
        self.register_parameter("weight", nn.Parameter(torch.ones(self.normalized_shape)) if elementwise_affine else None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return rms_norm(x, self.normalized_shape, self.weight, self.eps)


def rms_norm(input: torch.Tensor, normalized_shape: Sequence[int], weight: Optional[torch.Tensor] = None,
             eps: Optional[float] = None) -> torch.Tensor:
    eps = torch.finfo(input.dtype).eps if eps is None else eps
    normed = input * torch.rsqrt((input * input).mean(list(range(-len(normalized_shape), 0)), keepdim=True) + eps)
    return normed if weight is None else normed * weight


def channel_shuffle(input: torch.Tensor, groups: int) -> torch.Tensor:
    """[N, groups * C, ...] -> [N, C * groups, ...]"""
    sizes = list(map(int, input.shape))
    return input.reshape([sizes[0], groups, sizes[1] // groups] + sizes[2:]).transpose(1, 2).reshape(sizes)


def pixel_unshuffle(input: torch.Tensor, downscale_factor: int) -> torch.Tensor:
    """[N, C, H r, W r] -> [N, C r r, H, W]"""
    step, (batch, channels, height, width) = downscale_factor, input.shape
    cells = input.reshape(batch, channels, height // step, step, width // step, step).permute(0, 1, 3, 5, 2, 4)
    return cells.reshape(batch, channels * step * step, height // step, width // step)


class ChannelShuffle(nn.Module):
    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return channel_shuffle(input, self.groups)


class Flatten(nn.Module):
    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return input.flatten(self.start_dim, self.end_dim)


class PixelUnshuffle(nn.Module):
    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return pixel_unshuffle(input, self.downscale_factor)


class Unflatten(nn.Module):
    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return unflatten(input, self.dim, self.unflattened_size)


class ZeroPad1d(nn.ConstantPad1d):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)


class _CircularPad(nn.Module):
    """By as much at each end of the last axes, the last first."""

    axes = 0

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = (padding,) * (2 * self.axes) if isinstance(padding, int) else tuple(padding)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return F.pad(input, self.padding, mode="circular")


class CircularPad1d(_CircularPad):
    axes = 1


class CircularPad2d(_CircularPad):
    axes = 2


PROVIDED = (
    (nn, dict({each.__name__: each for each in (
        ChannelShuffle, CircularPad1d, CircularPad2d, Flatten, PixelUnshuffle, RMSNorm, Unflatten, ZeroPad1d)},
              Dropout1d=nn.Dropout)),
    (F, dict({each.__name__: each for each in (channel_shuffle, pixel_unshuffle, rms_norm)}, dropout1d=F.dropout)))
