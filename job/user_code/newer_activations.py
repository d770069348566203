"""Activations that PyTorch has since 1.1, as functions and as modules, for code that was written with them."""
import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from job.user_code.meaning import add


def gelu(input: torch.Tensor, approximate: str = "none") -> torch.Tensor:
    if approximate not in ("none", "tanh"):
        raise RuntimeError("gelu's approximate is none or tanh, not {!r}".format(approximate))
    if approximate == "tanh":
        return 0.5 * input * (1 + torch.tanh(math.sqrt(2 / math.pi) * (input + 0.044715 * input ** 3)))
    return 0.5 * input * (1 + torch.erf(input / math.sqrt(2)))


def silu(input: torch.Tensor, inplace: bool = False) -> torch.Tensor:
    return _given(input, input * torch.sigmoid(input), inplace)


def mish(input: torch.Tensor, inplace: bool = False) -> torch.Tensor:
    return _given(input, input * torch.tanh(F.softplus(input)), inplace)


def hardswish(input: torch.Tensor, inplace: bool = False) -> torch.Tensor:
    return _given(input, input * F.relu6(input + 3) / 6, inplace)


def hardsigmoid(input: torch.Tensor, inplace: bool = False) -> torch.Tensor:
    return _given(input, F.relu6(input + 3) / 6, inplace)


def _given(input: torch.Tensor, answer: torch.Tensor, inplace: bool) -> torch.Tensor:
    """The answer; in place it is the input itself, which code may read again."""
    return input.copy_(answer) if inplace else answer


class GELU(nn.Module):
    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return gelu(input, approximate=self.approximate)


class _InPlace(nn.Module):
    """A function that may be told to answer in place, also after it was made: code sets `inplace` on what it finds."""

    function = None  # type: Any

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return type(self).function(input, self.inplace)


_IN_PLACE = {"SiLU": silu, "Mish": mish, "Hardswish": hardswish, "Hardsigmoid": hardsigmoid}
FUNCTIONS = {function.__name__: function for function in (gelu,) + tuple(_IN_PLACE.values())}
MODULES = dict({name: type(name, (_InPlace,), {"function": staticmethod(function), "__module__": __name__})
                for name, function in _IN_PLACE.items()}, GELU=GELU)


def provide() -> None:
    """Puts each where PyTorch has it now."""
    add(nn, MODULES)
    add(F, FUNCTIONS)
