"""Functions of each element that PyTorch has since 1.1, said in those that 1.1 has."""
import math
from typing import Any, Optional, Union

import torch

from job.user_code.meaning import add


def exp2(input: torch.Tensor) -> torch.Tensor:
    return torch.exp(input * math.log(2))


def square(input: torch.Tensor) -> torch.Tensor:
    return input * input


def square_(input: torch.Tensor) -> torch.Tensor:
    return input.copy_(square(input))


def floor_divide(input: torch.Tensor, other: Any) -> torch.Tensor:
    return input // other


def true_divide(input: torch.Tensor, other: Any) -> torch.Tensor:
    return input / other


def maximum(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.max(input, other)


def minimum(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.min(input, other)


def logical_and(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return truth(input) & truth(other)


def logical_or(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return truth(input) | truth(other)


def logical_xor(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return truth(input) ^ truth(other)


def logical_not(input: torch.Tensor) -> torch.Tensor:
    return input == 0


def truth(input: torch.Tensor) -> torch.Tensor:
    return input != 0


def isin(elements: torch.Tensor, test_elements: torch.Tensor) -> torch.Tensor:
    return (elements.unsqueeze(-1) == test_elements.reshape(-1)).any(-1)


def positive(input: torch.Tensor) -> torch.Tensor:
    return input


def deg2rad(input: torch.Tensor) -> torch.Tensor:
    return input * (math.pi / 180)


def rad2deg(input: torch.Tensor) -> torch.Tensor:
    return input * (180 / math.pi)


def sinc(input: torch.Tensor) -> torch.Tensor:
    turned = torch.where(input == 0, torch.ones_like(input), input * math.pi)
    return torch.where(input == 0, torch.ones_like(input), torch.sin(turned) / turned)


def atanh(input: torch.Tensor) -> torch.Tensor:
    return 0.5 * (torch.log1p(input) - torch.log1p(-input))


def asinh(input: torch.Tensor) -> torch.Tensor:
    """Of its size: log(x + sqrt(x^2 + 1)) loses every digit near and far below zero."""
    size = input.abs()
    return torch.sign(input) * torch.log1p(size + size * size / (1 + torch.sqrt(size * size + 1)))


def acosh(input: torch.Tensor) -> torch.Tensor:
    return torch.log(input + torch.sqrt((input - 1) * (input + 1)))


def logit(input: torch.Tensor, eps: Optional[float] = None) -> torch.Tensor:
    input = input if eps is None else torch.clamp(input, min=eps, max=1 - eps)
    return torch.log(input / (1 - input))


def logaddexp(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Two infinities of one sign are equal: their difference is none, not NaN."""
    apart = torch.where(input == other, torch.zeros_like(input - other), input - other)
    return torch.max(input, other) + torch.log1p(torch.exp(-apart.abs()))


def asarray(obj: Any, *, dtype: Any = None, device: Any = None, copy: Any = None, requires_grad: bool = False) -> torch.Tensor:
    return torch.as_tensor(obj, dtype=dtype)


def bucketize(input: Any, boundaries: torch.Tensor, *, out_int32: bool = False, right: bool = False) -> torch.Tensor:
    """How many of the boundaries, which ascend, lie below it, or with `right` not above it."""
    apart = (input if isinstance(input, torch.Tensor) else torch.tensor(input)).unsqueeze(-1)
    below = boundaries <= apart if right else boundaries < apart
    return below.sum(-1).to(torch.int32 if out_int32 else torch.int64)


def _remainder_of(input: torch.Tensor, value: Union[int, float]) -> torch.Tensor:
    return torch.remainder(torch.full_like(input, value), input)


_OF_TENSORS = {each.__name__: each for each in (
    acosh, asinh, atanh, deg2rad, exp2, floor_divide, logaddexp, logical_and, logical_not, logical_or, logical_xor, logit,
    maximum, minimum, positive, rad2deg, sinc, square, true_divide)}
_ASKED = {name: lambda input, name=name: getattr(torch, name)(input) for name in ("isfinite", "isinf", "isnan")}
PROVIDED = (
    (torch, dict(_OF_TENSORS, asarray=asarray, bucketize=bucketize, isin=isin, e=math.e, inf=math.inf, nan=math.nan, newaxis=None,
                 pi=math.pi)),
    (torch.Tensor, dict(_OF_TENSORS, **_ASKED, bool=truth, square_=square_, __pos__=positive, __rmod__=_remainder_of)))
OTHER_NAMES = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
    "arctan2": "atan2", "arctanh": "atanh",
    "divide": "div", "fix": "trunc", "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le",
    "multiply": "mul", "negative": "neg", "not_equal": "ne", "sgn": "sign", "subtract": "sub"}


def provide() -> None:
    """Where PyTorch has them now."""
    for owner, values in PROVIDED:
        add(owner, values)
        add(owner, {name: getattr(owner, known) for name, known in OTHER_NAMES.items()})
