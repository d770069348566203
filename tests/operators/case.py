"""What a row of the operator tables is made of."""
from typing import Any, Callable, NamedTuple, Optional, Sequence, Tuple

import torch
from torch import nn

# All different, so that a swapped axis shows.
MAP = (2, 6, 9, 7)
SEQUENCE = (2, 6, 7)


class Case(NamedTuple):
    id: str
    build: Callable[[], Any]  # a module, or a function of tensors
    shapes: Sequence[Tuple[int, ...]] = (MAP,)
    outputs: int = 1
    refused: Optional[str] = None  # words of the reason, where it cannot convert


class Lambda(nn.Module):
    """A function as a network."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self.function(*inputs)


def of(function: Callable[..., Any]) -> Callable[[], nn.Module]:
    return lambda: Lambda(function)


def functions(*rows: Any, shapes: Sequence[Tuple[int, ...]] = (MAP,)) -> Sequence[Case]:
    """Rows of a name and a function of the inputs."""
    return [Case(name, of(function), shapes) for name, function in rows]


def drawn(build: Callable[..., nn.Module], *args: Any, **kwargs: Any) -> Callable[[], nn.Module]:
    """A module whose parameters and statistics are all random: fresh ones hide what is forgotten."""
    def make() -> nn.Module:
        module = build(*args, **kwargs)
        for name, tensor in list(module.named_parameters()) + list(module.named_buffers()):
            if name.endswith("running_var") or (name.endswith("weight") and tensor.dim() == 1):
                tensor.data.uniform_(0.5, 2)
            elif tensor.is_floating_point() and tensor.dim() == 1:
                tensor.data.normal_()
        return module
    return make
