"""How PyTorch fills tensors since 1.1. Of a checkpoint's tensors nothing is left of it."""
import math
from typing import Any, Callable

import torch
from torch import nn

from job.user_code.meaning import add, replace

_TAKE_A_GENERATOR = ("uniform_", "normal_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_",
                     "orthogonal_", "sparse_")


def trunc_normal_(tensor: torch.Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0,
                  generator: Any = None) -> torch.Tensor:
    low, high = (math.erf((end - mean) / std / math.sqrt(2)) for end in (a, b))
    with torch.no_grad():
        return tensor.uniform_(low, high).erfinv_().mul_(std * math.sqrt(2)).add_(mean).clamp_(a, b)


def _of_a_generator(of_1_1: Callable[..., Any], *given: Any, generator: Any = None, **named: Any) -> torch.Tensor:
    return of_1_1(*given, **named)


def provide() -> None:
    """In the places of PyTorch's own."""
    for name in _TAKE_A_GENERATOR:
        replace(nn.init, name, _of_a_generator)
    add(nn.init, {"trunc_normal_": trunc_normal_})
