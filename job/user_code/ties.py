"""Of equals the first is the greatest or the least to today's PyTorch and to ONNX, but the last to PyTorch 1.1."""
from typing import Any, Callable, Optional

import numpy as np
import torch

from job.user_code.beside_trace import is_traced
from job.user_code.meaning import means_todays, replace


def provide() -> None:
    """In the places of PyTorch's own."""
    for owner in (torch, torch.Tensor):
        for name, made in _INSTEAD.items():
            replace(owner, name, made)


def _place(first: Callable[..., Any]) -> Callable[..., Any]:
    def placed(of_1_1: Callable[..., Any], input: torch.Tensor, dim: Optional[int] = None,
               keepdim: bool = False) -> torch.Tensor:
        if dim is None:
            return placed(of_1_1, input.reshape(-1), 0) if not keepdim else of_1_1(input, dim, keepdim)
        given = of_1_1(input, dim, keepdim)
        return given if _is_kept(input) else _as(given, first, input, dim)
    return placed


def _value_and_place(first: Callable[..., Any]) -> Callable[..., Any]:
    def placed(of_1_1: Callable[..., Any], input: torch.Tensor, *given: Any, **named: Any) -> Any:
        found = of_1_1(input, *given, **named)
        dim = named.get("dim", given[0] if given else None)
        if not isinstance(dim, int) or named.get("out") is not None or _is_kept(input):
            return found
        return type(found)((found[0], _as(found[1], first, input, dim)))
    return placed


def _is_kept(input: torch.Tensor) -> bool:
    """Traced, it is the operator that counts."""
    return is_traced() or not input.numel() or not means_todays("the first of equals", is_doubtful=False)


def _as(places: torch.Tensor, first: Callable[..., Any], input: torch.Tensor, dim: int) -> torch.Tensor:
    return torch.from_numpy(np.asarray(first(input.detach().numpy(), axis=dim))).reshape(places.shape)


_INSTEAD = {"argmax": _place(np.argmax), "argmin": _place(np.argmin), "max": _value_and_place(np.argmax),
            "min": _value_and_place(np.argmin)}
