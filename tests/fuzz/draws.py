"""The steps a random network is made of: each draws a module that fits a tensor, or None where none does."""
import random
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import torch
from torch import nn

from tests.fuzz.expression import Expression


class Draw(NamedTuple):
    """A module, and its inputs' places among the values made so far."""

    module: nn.Module
    inputs: Tuple[int, ...]


class Values(NamedTuple):
    """What a network has made so far; a step starts from the value at `place`."""

    tensors: Sequence[torch.Tensor]
    place: int

    @property
    def x(self) -> torch.Tensor:
        return self.tensors[self.place]

    def step(self, module: nn.Module, *others: int) -> Draw:
        return Draw(module, (self.place,) + others)

    def code(self, text: str, *others: int, constant: Any = None) -> Draw:
        return self.step(Expression(text, constant), *others)

    def like(self, fits: Callable[[torch.Tensor], bool]) -> List[int]:
        """The places of the numbers that fit, the latest last."""
        return [place for place, tensor in enumerate(self.tensors) if tensor.is_floating_point() and fits(tensor)]


Drawer = Callable[[random.Random, Values], Optional[Draw]]
DRAWERS = {}  # type: Dict[str, Tuple[Drawer, int]]  # name -> drawer and how often it is drawn


def draws(name: str, weight: int = 2, ranks: Sequence[int] = (2, 3, 4, 5)) -> Callable[[Drawer], Drawer]:
    """Registers a drawer for tensors of these ranks."""
    def register(drawer: Drawer) -> Drawer:
        if name in DRAWERS:
            raise ValueError("two drawers are called {}".format(name))
        DRAWERS[name] = (lambda r, values: drawer(r, values) if values.x.dim() in ranks else None), weight
        return drawer
    return register


def draw(r: random.Random, values: Values) -> Optional[Draw]:
    names = list(DRAWERS)
    name = r.choices(names, [DRAWERS[each][1] for each in names])[0]
    return DRAWERS[name][0](r, values)
