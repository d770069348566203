"""Drawers of what ends a network: choices of places, and outputs that are constants."""
import random
from typing import Optional

import torch

from tests.fuzz.draws import Draw, Values, draws

SURE = 1e-3  # of two values, so that no rounding makes the other one the larger


@draws("choice", 1)
def choice(r: random.Random, values: Values) -> Optional[Draw]:
    """Only among values that all differ: of equal ones any may be chosen."""
    if not _all_differ(values.x):
        return None
    axis = r.randint(1, values.x.dim() - 1)
    kept = r.choice(("", ", keepdim=True"))
    return values.code(r.choice(("a.argmax({}{})", "a.argmin({}{})", "a.max({}{})")).format(axis, kept))


@draws("best", 1)
def best(r: random.Random, values: Values) -> Optional[Draw]:
    axis = r.randint(1, values.x.dim() - 1)
    if not _all_differ(values.x):
        return None
    return values.code("a.topk({}, {})".format(r.randint(1, min(values.x.shape[axis], 4)), axis))


def _all_differ(x: torch.Tensor) -> bool:
    ordered = x.flatten().sort()[0]
    return x.numel() > 1 and float((ordered[1:] - ordered[:-1]).min()) > 0 and _apart(x)


def _apart(x: torch.Tensor) -> bool:
    return all(float((part[1:] - part[:-1]).min()) > SURE * float(x.abs().max())
               for axis in range(1, x.dim()) if x.shape[axis] > 1
               for part in [x.sort(axis)[0].transpose(0, axis)])


@draws("constant", 1)
def constant(r: random.Random, values: Values) -> Draw:
    """Of no input at all."""
    shape = (values.x.shape[0],) + tuple(r.randint(1, 9) for _ in values.x.shape[1:])
    return values.code(r.choice(("k * 2", "torch.sigmoid(k)", "k + torch.ones_like(k)")), constant=shape)
