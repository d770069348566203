"""How much rounding alone moves the answers of a network: beside float64, and where the last bits of an input are others.

One of them alone may happen to move little, where a network makes much of each bit.
"""
import copy
from typing import Any, Callable, Iterator, Optional, Sequence

import numpy as np
import torch

Arrays = Sequence[np.ndarray]

_MOVES = 4
_LAST_BIT = np.float32(2.0 ** -23)  # of a float32, over its value


def rounding_of_range(forward: Callable[[Arrays], Arrays], inputs: Arrays, exact: Optional[Arrays] = None) -> Optional[float]:
    """The largest difference of an output, over its range: of one number, or the same everywhere, it has none.

    `exact` is what the network answers in float64, where that is known.
    """
    own = forward(inputs)
    others = [_if_it_runs(forward, moved) for moved in _moved(inputs)] + [exact]
    pairs = [(answer, its) for other in others if other is not None
             for answer, its in zip(own, other) if answer.dtype.kind == "f"]
    return max((float(np.abs(answer - its).max() / np.ptp(its)) for answer, its in pairs if np.ptp(its)), default=None)


def _moved(inputs: Arrays) -> Iterator[Arrays]:
    for seed in range(_MOVES):
        random = np.random.RandomState(seed)
        yield [x * (1 + _LAST_BIT * random.choice(np.float32([-1, 1]), x.shape)) if x.dtype.kind == "f" else x for x in inputs]


def in_float64(network: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> Optional[Arrays]:
    """What it answers then; None where it does not run so."""
    def forward(exact_inputs: Sequence[torch.Tensor]) -> Arrays:
        with torch.no_grad():
            return [answer.numpy() for answer in copy.deepcopy(network).double()(*exact_inputs)]
    return _if_it_runs(forward, [x.double() if x.is_floating_point() else x for x in inputs])


def _if_it_runs(forward: Callable[[Any], Arrays], inputs: Any) -> Optional[Arrays]:
    try:
        return forward(inputs)
    except Exception:  # of users' code that makes or asks for float32, or for other inputs: a hint is not worth more than that
        return None
