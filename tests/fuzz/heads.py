"""Drawers of what ends a network: choices of places, and outputs that are constants."""
import random

from tests.fuzz.draws import Draw, Values, draws


@draws("choice", 1)
def choice(r: random.Random, values: Values) -> Draw:
    """Random numbers are added first: of equal ones any may be chosen."""
    axis = r.randint(1, values.x.dim() - 1)
    text = r.choice(("(a + k).argmax({}{})", "(a + k).argmin({}{})", "(a + k).max({}{})", "(a - k).min({}{})"))
    return values.code(text.format(axis, r.choice(("", ", keepdim=True"))), constant=(1,) + tuple(values.x.shape[1:]))


@draws("best", 1)
def best(r: random.Random, values: Values) -> Draw:
    axis = r.randint(1, values.x.dim() - 1)
    return values.code("(a + k).topk({}, {})".format(r.randint(1, min(values.x.shape[axis], 4)), axis),
                       constant=(1,) + tuple(values.x.shape[1:]))


@draws("constant", 1)
def constant(r: random.Random, values: Values) -> Draw:
    """Of no input at all."""
    shape = (values.x.shape[0],) + tuple(r.randint(1, 9) for _ in values.x.shape[1:])
    return values.code(r.choice(("k * 2", "torch.sigmoid(k)", "k + torch.ones_like(k)")), constant=shape)
