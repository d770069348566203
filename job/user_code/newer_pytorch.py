"""Modules and functions without weights that PyTorch has since 1.1, for code that was written with them."""
import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn


class Flatten(nn.Module):
    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(self.start_dim, self.end_dim)


def gelu(input: torch.Tensor, approximate: str = "none") -> torch.Tensor:
    if approximate == "tanh":
        return 0.5 * input * (1 + torch.tanh(math.sqrt(2 / math.pi) * (input + 0.044715 * input ** 3)))
    return 0.5 * input * (1 + torch.erf(input / math.sqrt(2)))


def silu(input: torch.Tensor, inplace: bool = False) -> torch.Tensor:
    return input * torch.sigmoid(input)


def mish(input: torch.Tensor, inplace: bool = False) -> torch.Tensor:
    return input * torch.tanh(F.softplus(input))


def hardswish(input: torch.Tensor, inplace: bool = False) -> torch.Tensor:
    return input * F.relu6(input + 3) / 6


def hardsigmoid(input: torch.Tensor, inplace: bool = False) -> torch.Tensor:
    return F.relu6(input + 3) / 6


class _Activation(nn.Module):
    """A function of one tensor, with its options."""

    function = None  # type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.args, self.kwargs = args, kwargs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return type(self).function(x, *self.args, **self.kwargs)


_FUNCTIONS = {"GELU": gelu, "SiLU": silu, "Mish": mish, "Hardswish": hardswish, "Hardsigmoid": hardsigmoid}
_MODULES = dict({name: type(name, (_Activation,), {"function": staticmethod(function), "__module__": __name__})
                 for name, function in _FUNCTIONS.items()}, Flatten=Flatten)


def provide() -> None:
    """Puts each where PyTorch has it now, unless it has it already."""
    for name, module in _MODULES.items():
        _provide(nn, name, module)
    for function in _FUNCTIONS.values():
        _provide(F, function.__name__, function)


def _provide(place: Any, name: str, value: Any) -> None:
    if not hasattr(place, name):
        setattr(place, name, value)
