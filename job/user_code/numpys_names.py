"""Axes by the names that NumPy has for them: PyTorch takes `torch.cat(maps, axis=1)` and `x.mean(1, keepdims=True)` by now."""
from typing import Any, Callable

import torch

from job.user_code.meaning import replace

_NAMES = {"axis": "dim", "keepdims": "keepdim"}
_OF_AXES = ("all", "amax", "amin", "any", "argmax", "argmin", "argsort", "cat", "chunk", "concat", "count_nonzero", "cumprod",
            "cumsum", "gather", "index_select", "log_softmax", "logsumexp", "max", "mean", "median", "min", "narrow", "prod",
            "repeat_interleave", "select", "softmax", "sort", "squeeze", "stack", "std", "sum", "topk", "unbind", "unsqueeze",
            "var")


def provide() -> None:
    """Of PyTorch's own, and of what is in the place of these."""
    for owner in (torch, torch.Tensor):
        for name in _OF_AXES:
            if hasattr(owner, name):
                replace(owner, name, _by_numpys_names)


def _by_numpys_names(of_1_1: Callable[..., Any], *given: Any, **named: Any) -> Any:
    for numpys, name in _NAMES.items():
        if numpys in named and name not in named:
            named[name] = named.pop(numpys)
    return of_1_1(*given, **named)
