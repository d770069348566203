"""What PyTorch has since 1.1 to reduce axes by, and how today's says which: several at once, or None for all."""
from typing import Any, Callable, NamedTuple, Optional, Sequence, Tuple, Union

import torch

from job.user_code.meaning import add, replace

Axes = Union[int, Sequence[int]]


class aminmax_result(NamedTuple):
    min: torch.Tensor
    max: torch.Tensor


def amax(input: torch.Tensor, dim: Axes = (), keepdim: bool = False) -> torch.Tensor:
    for axis in from_the_last(dim, input):
        input = input.max(axis, keepdim=keepdim)[0]
    return input


def amin(input: torch.Tensor, dim: Axes = (), keepdim: bool = False) -> torch.Tensor:
    for axis in from_the_last(dim, input):
        input = input.min(axis, keepdim=keepdim)[0]
    return input


def aminmax(input: torch.Tensor, *, dim: Optional[int] = None, keepdim: bool = False) -> aminmax_result:
    axes = () if dim is None else dim
    return aminmax_result(amin(input, axes, keepdim), amax(input, axes, keepdim))


def count_nonzero(input: torch.Tensor, dim: Optional[Axes] = None) -> torch.Tensor:
    return (input != 0).sum() if dim is None else (input != 0).sum(dim)


def nansum(input: torch.Tensor, dim: Optional[Axes] = None, keepdim: bool = False) -> torch.Tensor:
    return torch.sum(torch.where(input != input, torch.zeros_like(input), input), dim=dim, keepdim=keepdim)


def nanmean(input: torch.Tensor, dim: Optional[Axes] = None, keepdim: bool = False) -> torch.Tensor:
    return nansum(input, dim, keepdim) / torch.sum(input == input, dim=dim, keepdim=keepdim).float()


def axes_of(dim: Axes, input: torch.Tensor) -> Tuple[int, ...]:
    given = (dim,) if isinstance(dim, int) else tuple(dim)
    return tuple(axis % input.dim() for axis in given)


def from_the_last(dim: Axes, input: torch.Tensor) -> Sequence[int]:
    """All, where none is given."""
    return sorted(axes_of(dim, input) or range(input.dim()), reverse=True)


def _of_axes_or_none(of_1_1: Callable[..., Any], input: torch.Tensor, *given: Any, **named: Any) -> torch.Tensor:
    """To PyTorch 1.1 None is no axis, and no axis at all is said by saying nothing."""
    if (given[:1] or (named.get("dim", ()),))[0] is not None:
        return of_1_1(input, *given, **named)
    named = dict(zip(("dim", "keepdim"), given), **named)
    return of_1_1(input, **dict(named, dim=list(range(input.dim()))))


def _axis_by_axis(of_1_1: Callable[..., Any], input: torch.Tensor, dim: Optional[Axes] = None, *given: Any,
                  **named: Any) -> torch.Tensor:
    """1.1 takes one axis."""
    if dim is None or isinstance(dim, int):
        return of_1_1(input, *(() if dim is None else (dim,)), *given, **named)
    for axis in from_the_last(dim, input):
        input = of_1_1(input, axis, *given, **named)
    return input


def _squeezed(of_1_1: Callable[..., Any], input: torch.Tensor, dim: Optional[Axes] = None) -> torch.Tensor:
    """Without those of one place alone; asked for others, 1.1 leaves these, but its export does not."""
    if dim is None or not input.dim():
        return of_1_1(input)
    for axis in sorted(axes_of(dim, input), reverse=True):
        input = of_1_1(input, axis) if int(input.shape[axis]) == 1 else input
    return input


_OF_TENSORS = {each.__name__: each for each in (amax, amin, aminmax, count_nonzero, nansum, nanmean)}
PROVIDED = ((torch, _OF_TENSORS), (torch.Tensor, _OF_TENSORS))


def provide() -> None:
    """Where PyTorch has them now."""
    for owner, values in PROVIDED:
        for names, made in ((("sum", "mean"), _of_axes_or_none), (("any", "all"), _axis_by_axis), (("squeeze",), _squeezed)):
            for name in names:
                replace(owner, name, made)
        add(owner, values)
