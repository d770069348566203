"""Variances as today's PyTorch takes them: by a correction, and beside their mean."""
from typing import Any, Callable, Optional, Tuple

import torch

from job.user_code.meaning import add, replace
from job.user_code.newer_reductions import Axes, axes_of

_BY_PLACE = ("dim", "unbiased", "keepdim")


def var_mean(input: torch.Tensor, *given: Any, **named: Any) -> Tuple[torch.Tensor, torch.Tensor]:
    return torch.var(input, *given, **named), _mean(input, *given, **named)


def std_mean(input: torch.Tensor, *given: Any, **named: Any) -> Tuple[torch.Tensor, torch.Tensor]:
    return torch.std(input, *given, **named), _mean(input, *given, **named)


def _mean(input: torch.Tensor, *given: Any, **named: Any) -> torch.Tensor:
    dim, _, keepdim = _said(*given, **named)
    return input.mean() if dim is None and not keepdim else torch.mean(input, dim=dim, keepdim=keepdim)


def _said(*given: Any, **named: Any) -> Tuple[Optional[Axes], float, bool]:
    """Axes, correction and whether they are kept. A truth value in the first place says whether it is unbiased."""
    names = _BY_PLACE[1:] if given and isinstance(given[0], bool) else _BY_PLACE
    named = dict(zip(names, given), **named)
    correction = named.pop("correction", None)
    unbiased = named.pop("unbiased", True)
    return named.pop("dim", None), float(unbiased) if correction is None else correction, named.pop("keepdim", False)


def _variance(of_1_1: Callable[..., Any], input: torch.Tensor, *given: Any, **named: Any) -> torch.Tensor:
    return _spread(of_1_1, 1.0, input, *given, **named)


def _deviation(of_1_1: Callable[..., Any], input: torch.Tensor, *given: Any, **named: Any) -> torch.Tensor:
    return _spread(of_1_1, 0.5, input, *given, **named)


def _spread(of_1_1: Callable[..., Any], power: float, input: torch.Tensor, *given: Any, **named: Any) -> torch.Tensor:
    if named.get("out") is not None:
        return of_1_1(input, *given, **named)
    dim, correction, keepdim = _said(*given, **named)
    axes = list(range(input.dim()) if dim is None or dim == () else axes_of(dim, input))
    if correction in (0, 1):
        whole = dim is None and not keepdim
        return of_1_1(input, bool(correction)) if whole else of_1_1(input, axes, bool(correction), keepdim)
    count = 1
    for axis in axes:
        count *= int(input.shape[axis])
    return of_1_1(input, axes, False, keepdim) * (count / (count - correction)) ** power


PROVIDED = ((torch, {each.__name__: each for each in (std_mean, var_mean)}),)


def provide() -> None:
    """In the places of PyTorch's own."""
    for owner in (torch, torch.Tensor):
        replace(owner, "var", _variance)
        replace(owner, "std", _deviation)
    for owner, values in PROVIDED:
        add(owner, values)
