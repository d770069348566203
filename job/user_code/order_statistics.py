"""Quantiles, medians, and where a number stands among sorted ones, all said in what sorts."""
from typing import Any, Callable, Optional, Union

import numpy as np
import torch

from job.user_code.beside_trace import beside_trace
from job.user_code.meaning import add, replace
from job.user_code.newer_arithmetic import bucketize

_WAYS = ("linear", "lower", "higher", "nearest", "midpoint")


def quantile(input: torch.Tensor, q: Union[float, torch.Tensor], dim: Optional[int] = None, keepdim: bool = False, *,
             interpolation: str = "linear") -> torch.Tensor:
    """Several are along a first axis of their own."""
    if interpolation not in _WAYS:
        raise RuntimeError("quantile() interpolation must be one of {}, not {!r}".format(", ".join(_WAYS), interpolation))
    with beside_trace():
        asked = np.asarray(q.detach().numpy() if isinstance(q, torch.Tensor) else q, np.float32)
    axis = -1 if dim is None else dim
    given = input.reshape(-1) if dim is None else input
    ascending = torch.sort(given, axis)[0]
    made = torch.stack([_at(ascending, each, axis, interpolation) for each in asked.reshape(-1)])
    if keepdim and dim is None:
        made = made.reshape([len(made)] + [1] * input.dim())
    elif not keepdim:
        made = made.squeeze(axis if axis < 0 else axis + 1)
    return made if asked.ndim else made.squeeze(0)


def _at(ascending: torch.Tensor, q: np.float32, axis: int, interpolation: str) -> torch.Tensor:
    """Between two places by float32's own steps, as PyTorch has it."""
    if not 0 <= q <= 1:
        raise RuntimeError("quantile() q values must be in the range [0, 1], not {}".format(q))
    place = q * np.float32(int(ascending.shape[axis]) - 1)
    if interpolation in ("lower", "higher", "nearest"):
        place = {"lower": np.floor, "higher": np.ceil, "nearest": np.round}[interpolation](place)
    below, above = (ascending.narrow(axis, int(end(place)), 1) for end in (np.floor, np.ceil))
    part = 0.5 if interpolation == "midpoint" else float(place - np.floor(place))
    if not part or int(place) == place:
        return below
    return below + (above - below) * part if part < 0.5 else above - (above - below) * (1 - part)


def _median(of_1_1: Callable[..., Any], input: torch.Tensor, *given: Any, **named: Any) -> Any:
    """Of all, the lower one of two in the middle."""
    if given or named:
        return of_1_1(input, *given, **named)
    return torch.median(input.reshape(-1), 0)[0]


def searchsorted(sorted_sequence: torch.Tensor, input: Any, *, out_int32: bool = False, right: bool = False,
                 side: Optional[str] = None, sorter: Optional[torch.Tensor] = None) -> torch.Tensor:
    """Each row among the numbers of its own row, or all among those of one."""
    if sorter is not None:
        sorted_sequence = torch.gather(sorted_sequence, -1, sorter)
    right = right if side is None else side == "right"
    if sorted_sequence.dim() == 1:
        return bucketize(input, sorted_sequence, out_int32=out_int32, right=right)
    return bucketize(input, sorted_sequence.unsqueeze(-2), out_int32=out_int32, right=right)


def hypot(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.sqrt(input * input + other * other)


_OF_TENSORS = {"quantile": quantile, "hypot": hypot}
PROVIDED = ((torch, dict(_OF_TENSORS, searchsorted=searchsorted)), (torch.Tensor, _OF_TENSORS))


def provide() -> None:
    """Where PyTorch has them now."""
    for owner, values in PROVIDED:
        replace(owner, "median", _median)
        add(owner, values)
