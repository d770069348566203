"""Layers that PyTorch has since 1.1, and what those that it had take since then."""
from typing import Any, Callable, Optional

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from job.user_code.meaning import add, replace

_TAKE_A_DEVICE = (
    nn.Linear, nn.Bilinear, nn.Embedding, nn.EmbeddingBag, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d,
    nn.ConvTranspose2d, nn.ConvTranspose3d, _BatchNorm, nn.GroupNorm, nn.PReLU, nn.RNNBase, nn.RNNCell, nn.LSTMCell, nn.GRUCell)


def provide() -> None:
    """In the places where PyTorch has them now."""
    for layer in _TAKE_A_DEVICE:
        replace(layer, "__init__", _with_device)
    replace(nn.LayerNorm, "__init__", _layer_norm)
    add(nn, {"RMSNorm": RMSNorm})
    add(nn.Sequential, {"append": append})


def _with_device(of_1_1: Callable[..., Any], layer: nn.Module, *given: Any, device: Any = None, dtype: Any = None,
                 **named: Any) -> None:
    """Made on the CPU and of float32, whatever the code says: a checkpoint's weights take the place of its own."""
    of_1_1(layer, *given, **named)


def _layer_norm(of_1_1: Callable[..., Any], layer: nn.Module, normalized_shape: Any, eps: float = 1e-5,
                elementwise_affine: bool = True, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
    of_1_1(layer, normalized_shape, eps, elementwise_affine)
    if not bias:
        layer.bias = None


def append(self: nn.Sequential, module: nn.Module) -> nn.Sequential:
    self.add_module(str(len(self)), module)
    return self


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape: Any, eps: Optional[float] = None, elementwise_affine: bool = True, device: Any = None,
                 dtype: Any = None) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps = eps
        self.register_parameter("weight", nn.Parameter(torch.ones(self.normalized_shape)) if elementwise_affine else None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        axes = list(range(-len(self.normalized_shape), 0))
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        normed = x * torch.rsqrt((x * x).mean(axes, keepdim=True) + eps)
        return normed if self.weight is None else normed * self.weight
