"""torch.bool: PyTorch 1.1 keeps truth values as bytes of 0 and 1, as its comparisons give them, and can do nothing with its own
tensors of that type.
"""
import sys
from typing import Any, Callable

import numpy as np
import torch

from job.user_code.beside_trace import beside_trace
from job.user_code.meaning import bytes_are_made, means_todays, replace
from job.user_code.not_here import NotHere

_MAKERS = ("arange", "as_tensor", "empty", "empty_like", "eye", "full", "full_like", "ones", "ones_like", "tensor", "zeros",
           "zeros_like")
_METHODS = ("new_empty", "new_full", "new_ones", "new_tensor", "new_zeros")


class _Truth:
    """Stands for the dtype in PyTorch's functions; what has it says torch.uint8, which is equal to it."""

    is_floating_point, is_complex = False, False

    def __eq__(self, other: Any) -> bool:
        return other is self or other is torch.uint8

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(torch.uint8)

    def __repr__(self) -> str:
        return "torch.bool"


_TRUTH = _Truth()


def provide() -> None:
    """In the places of PyTorch's own, where these take a dtype."""
    torch.bool = _TRUTH
    for owner, names, made in ((torch, _MAKERS, _made), (torch.Tensor, _METHODS, _made), (torch.Tensor, ("to", "type"), _turned)):
        for name in names:
            replace(owner, name, made)
    replace(torch.Tensor, "byte", _byte)
    replace(torch, "from_numpy", _of_numpy)
    replace(torch.Tensor, "__invert__", _inverted)
    for owner, names in ((torch.Tensor, ("__add__", "__radd__", "add")), (torch, ("add",))):
        for name in names:
            replace(owner, name, _added)


def _made(of_1_1: Callable[..., Any], *given: Any, dtype: Any = None, **named: Any) -> torch.Tensor:
    """Without a dtype, and then 1 of all but 0: a fraction is true, and so is 256."""
    if _is_truth(dtype):
        return of_1_1(*given, **named) != 0
    if dtype is torch.uint8 or given and getattr(given[0], "dtype", None) == np.uint8:
        _tell()
    return of_1_1(*given, **(named if dtype is None else dict(named, dtype=dtype)))


def _turned(of_1_1: Callable[..., Any], x: torch.Tensor, *given: Any, **named: Any) -> Any:
    asked = [*given, *named.values()]
    if any(each is torch.uint8 for each in asked):
        _tell()
    return x != 0 if any(map(_is_truth, asked)) else of_1_1(x, *given, **named)


def _byte(of_1_1: Callable[..., Any], x: torch.Tensor) -> torch.Tensor:
    _tell()
    return of_1_1(x)


def _of_numpy(of_1_1: Callable[..., Any], array: Any) -> torch.Tensor:
    if array.dtype == np.uint8:
        _tell()
    return of_1_1(array)


def _tell() -> None:
    """Unless it is code of ours that makes them: a checkpoint's truth values are read as bytes too."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__") in (__name__, means_todays.__module__):
        frame = frame.f_back
    if not str(frame.f_globals.get("__name__")).startswith("job."):
        bytes_are_made()


def _inverted(of_1_1: Callable[..., Any], x: torch.Tensor) -> torch.Tensor:
    """Not by a difference of bytes, which ONNX does not have."""
    if x.dtype != torch.uint8:
        return of_1_1(x)
    if not are_truths(x) and means_todays("~ of bytes"):
        raise NotHere("~ of bytes turns their bits to today's PyTorch, and tells which are 0 to PyTorch 1.1: say 255 - x, or "
                      "x == 0")
    return x == 0


def are_truths(x: Any) -> bool:
    """Whether it is a tensor that may be of torch.bool: bytes that are 0 or 1."""
    with beside_trace():
        return isinstance(x, torch.Tensor) and x.dtype == torch.uint8 and not (x.detach().numpy() > 1).any()


def _added(of_1_1: Callable[..., Any], *given: Any, **named: Any) -> Any:
    two = [are_truths(each) or isinstance(each, bool) for each in [*given, *named.values()]][:2]
    if len(two) == 2 and all(two) and means_todays("sums of truth values"):
        raise NotHere("a sum of truth values is a truth value to today's PyTorch, a number to PyTorch 1.1: say which it is, "
                      "with | or with .long()")
    return of_1_1(*given, **named)


def _is_truth(value: Any) -> bool:
    return value is _TRUTH or value is bool
