"""Limits that are tensors, and what NaN and infinities become: PyTorch has both since 1.1."""
from typing import Any, Callable, Optional, Union

import torch

from job.user_code.meaning import add, means_todays, replace

_Limit = Optional[Union[float, torch.Tensor]]


def clip(input: torch.Tensor, min: _Limit = None, max: _Limit = None) -> torch.Tensor:
    return torch.clamp(input, min=min, max=max)


def clip_(input: torch.Tensor, min: _Limit = None, max: _Limit = None) -> torch.Tensor:
    return input.copy_(clip(input, min, max))


def nan_to_num(input: torch.Tensor, nan: Optional[float] = None, posinf: Optional[float] = None,
               neginf: Optional[float] = None) -> torch.Tensor:
    """Without a number infinities are the greatest and the least there is."""
    ends = torch.finfo(input.dtype)
    made = torch.clamp(input, min=ends.min, max=ends.max)
    for number, infinity in ((posinf, float("inf")), (neginf, -float("inf"))):
        made = made if number is None else torch.where(input == infinity, torch.full_like(input, number), made)
    return torch.where(input != input, torch.full_like(input, nan or 0.0), made)


def nan_to_num_(input: torch.Tensor, *given: Any, **named: Any) -> torch.Tensor:
    return input.copy_(nan_to_num(input, *given, **named))


def _clamped(of_1_1: Callable[..., Any], input: torch.Tensor, min: _Limit = None, max: _Limit = None,
             **named: Any) -> torch.Tensor:
    if isinstance(min, torch.Tensor) or isinstance(max, torch.Tensor):
        lifted = input if min is None else torch.max(input, min)
        return lifted if max is None else torch.min(lifted, max)
    if min is not None and max is not None and min > max and means_todays("clamp to a least above the greatest"):
        min = max
    return of_1_1(input, **{name: limit for name, limit in (("min", min), ("max", max)) if limit is not None}, **named)


def _at_least(of_1_1: Callable[..., Any], input: torch.Tensor, min: _Limit) -> torch.Tensor:
    return torch.max(input, min) if isinstance(min, torch.Tensor) else of_1_1(input, min)


def _at_most(of_1_1: Callable[..., Any], input: torch.Tensor, max: _Limit) -> torch.Tensor:
    return torch.min(input, max) if isinstance(max, torch.Tensor) else of_1_1(input, max)


_OF_TENSORS = {each.__name__: each for each in (clip, nan_to_num)}
PROVIDED = ((torch, _OF_TENSORS), (torch.Tensor, dict(_OF_TENSORS, clip_=clip_, nan_to_num_=nan_to_num_)))


def provide() -> None:
    """In the places of PyTorch's own."""
    for owner, values in PROVIDED:
        for name, made in (("clamp", _clamped), ("clamp_min", _at_least), ("clamp_max", _at_most)):
            replace(owner, name, made)
        add(owner, values)
