"""Operands of different types, of which the smaller becomes the greater since PyTorch 1.5.

PyTorch 1.1 refuses two such tensors, and cuts a number down to the tensor's type: `torch.arange(5) * 0.5` is zeros to it.
"""
import functools
from typing import Any, Callable, Sequence, Tuple

import numpy as np
import torch

from job.user_code.meaning import has_bytes, means_todays, replace
from job.user_code.not_here import NotHere
from job.user_code.truths import are_truths

_TYPES = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64)
_OPERATORS = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "mod", "pow", "rpow")
_COMPARED = ("lt", "le", "gt", "ge", "eq", "ne")
_OF_TWO = ("add", "sub", "mul", "div", "pow", "fmod", "remainder")
_OF_FRACTIONS = ("exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "sin", "cos", "tan", "asin", "acos", "atan",
                 "sinh", "cosh", "tanh", "sigmoid", "erf", "erfc", "reciprocal")
_BY_NAME = ("input", "other")  # what PyTorch calls operands
_FRACTIONS = (float, np.floating)
_WHOLE = (int, np.integer)
_CUT = "whole numbers with fractions"


def provide() -> None:
    """In the places of PyTorch's own."""
    for names, made in ((_OPERATORS, _calculated), (_COMPARED, _of_two)):
        for name in names:
            replace(torch.Tensor, "__{}__".format(name), made)
    for owner in (torch, torch.Tensor):
        for name in _OF_TWO:
            replace(owner, name, _calculated)
        for name in _COMPARED:
            replace(owner, name, _of_two)
        for name in ("max", "min"):
            replace(owner, name, _of_two_tensors)
        for name in _OF_FRACTIONS:
            replace(owner, name, _of_fractions)
        replace(owner, "clamp", _clamped)
    for name in ("cat", "stack"):
        replace(torch, name, _joined)
    replace(torch, "where", _chosen)
    replace(torch.Tensor, "where", _kept_where)


def is_whole(value: Any) -> bool:
    return not value.dtype.is_floating_point if isinstance(value, torch.Tensor) else isinstance(value, int)


def by_place(made: Callable[..., Any]) -> Callable[..., Any]:
    """A function of PyTorch 1.1's own and operands, which code may also give by name."""
    @functools.wraps(made)
    def called(of_1_1: Callable[..., Any], *given: Any, **named: Any) -> Any:
        for name in _BY_NAME[len(given):]:
            if name not in named:
                break
            given += (named.pop(name),)
        return made(of_1_1, *given, **named)
    return called


@by_place
def _of_two(of_1_1: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Of more than two only the first two are operands."""
    if len(given) > 1 and named.get("out") is None:
        given = _alike(*given[:2]) + given[2:]
    return of_1_1(*given, **named)


@by_place
def _calculated(of_1_1: Callable[..., Any], *given: Any, **named: Any) -> Any:
    if has_bytes() and len(given) > 1 and any(_is_counted(*pair) for pair in (given[:2], given[1::-1])):
        raise NotHere("bytes that are 0 or 1 beside a whole number, in code that makes bytes: truth values become whole "
                      "numbers, bytes go round at 256, and PyTorch 1.1 cannot tell them: say .long() or .float() of them")
    return _of_two(of_1_1, *given, **named)


@by_place
def _of_two_tensors(of_1_1: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Where the second is a number it is an axis."""
    if len(given) > 1 and isinstance(given[1], torch.Tensor):
        return _of_two(of_1_1, *given, **named)
    return of_1_1(*given, **named)


@by_place
def _of_fractions(of_1_1: Callable[..., Any], value: Any, *others: Any, **named: Any) -> Any:
    return of_1_1(value.float() if isinstance(value, torch.Tensor) and is_whole(value) else value, *others, **named)


@by_place
def _clamped(of_1_1: Callable[..., Any], value: torch.Tensor, *bounds: Any, **named: Any) -> torch.Tensor:
    has_fraction = any(isinstance(bound, _FRACTIONS) for bound in bounds + (named.get("min"), named.get("max")))
    return of_1_1(_as_fraction(value) if has_fraction and is_whole(value) else value, *bounds, **named)


def _joined(of_1_1: Callable[..., Any], tensors: Sequence[torch.Tensor], *where: Any, **named: Any) -> torch.Tensor:
    if len({each.dtype for each in tensors}) > 1:
        tensors = [each.to(_greatest(tensors)) for each in tensors]
    return of_1_1(tensors, *where, **named)


def _chosen(of_1_1: Callable[..., Any], condition: torch.Tensor, *values: Any, **named: Any) -> Any:
    """PyTorch 1.1 chooses between tensors alone."""
    values += tuple(named.pop(name) for name in _BY_NAME if name in named)
    values = tuple(each if isinstance(each, torch.Tensor) else torch.tensor(each) for each in values)
    return of_1_1(condition, *(_alike(*values) if len(values) == 2 else values), **named)


def _kept_where(of_1_1: Callable[..., Any], value: torch.Tensor, condition: torch.Tensor, other: Any) -> torch.Tensor:
    return torch.where(condition, value, other)


def _alike(value: Any, other: Any) -> Tuple[Any, Any]:
    """Two operands as PyTorch 1.1 takes them."""
    value, other = _counted(value, other), _counted(other, value)
    tensors = [each for each in (value, other) if isinstance(each, torch.Tensor)]
    if len(tensors) == 2 and value.dtype != other.dtype:
        return _alike_tensors(value, other)
    if len(tensors) == 1 and isinstance(other if tensors[0] is value else value, _FRACTIONS) and is_whole(tensors[0]):
        return (_as_fraction(value), other) if tensors[0] is value else (value, _as_fraction(other))
    return value, other


def _counted(value: Any, other: Any) -> Any:
    """Truth values are whole numbers beside one: as the bytes that they are to PyTorch 1.1 they go round at 256."""
    return value.long() if _is_counted(value, other) else value


def _is_counted(value: Any, other: Any) -> bool:
    is_one = (isinstance(other, _WHOLE) and not isinstance(other, bool)
              or isinstance(other, torch.Tensor) and not other.dim() and is_whole(other) and other.dtype != torch.uint8)
    return is_one and are_truths(value) and means_todays("truth values beside whole numbers")


def _alike_tensors(value: torch.Tensor, other: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
    """A tensor without axes is a number: it takes the type of what it is taken with, unless it is a fraction and that whole."""
    if not {value.dtype, other.dtype} <= set(_TYPES):
        return value, other
    array, number = (value, other) if value.dim() else (other, value)
    if bool(array.dim()) == bool(number.dim()):
        common = _greatest((value, other))
    elif is_whole(array) and not is_whole(number):
        common = number.dtype if means_todays(_CUT) else array.dtype
    else:
        common = array.dtype
    return value.to(common), other.to(common)


def _greatest(tensors: Sequence[torch.Tensor]) -> torch.dtype:
    return max((each.dtype for each in tensors), key=_TYPES.index)


def _as_fraction(value: torch.Tensor) -> torch.Tensor:
    """While a network is traced its sizes are tensors too, without axes: nobody asked 1.1 to cut those."""
    return value.float() if means_todays(_CUT, is_doubtful=bool(value.dim())) else value
