"""Drawers of functions: activations, arithmetic with broadcasting, reductions, softmax."""
import random
from typing import Optional

from tests.fuzz.draws import Draw, Values, draws

ACTIVATIONS = (
    "F.relu(a)", "F.relu(a)", "F.relu6(a)", "F.relu6(a * 3)", "torch.sigmoid(a)", "torch.tanh(a)", "F.hardtanh(a)",
    "F.leaky_relu(a, 0.2)", "F.elu(a, 0.7)", "F.selu(a)", "F.softplus(a)", "a * F.relu6(a + 3) / 6", "F.relu6(a + 3) / 6",
    "a * torch.sigmoid(a)", "a.clamp(-0.5, 0.7)", "a.clamp(min=-0.3)", "a.clamp(max=0.3)", "-a", "a.abs()", "a * a",
    "(a * a + 1).sqrt()", "(a * a + 1).log()", "1 / (a * a + 1)", "-a.abs() - 1", "F.hardtanh(a, 0, 3)", "torch.sin(a)",
    "F.softsign(a)", "F.logsigmoid(a)", "2 - a", "a * 0.7 + 0.3", "a / 3",
)


@draws("activation", 10)
def activation(r: random.Random, values: Values) -> Draw:
    return values.code(r.choice(ACTIVATIONS))


BINARY = ("a + b", "a + b", "a * b", "a - b", "b - a", "torch.max(a, b)", "torch.min(a, b)", "a / (b * b + 1)")


@draws("two tensors", 8)
def two_tensors(r: random.Random, values: Values) -> Optional[Draw]:
    """One may be broadcast, along any axes and with fewer of them, the batch left as it is."""
    places = values.like(lambda tensor: _broadcasts(tensor.shape, values.x.shape))
    return values.code(r.choice(BINARY), r.choice(places)) if places else None


def _broadcasts(left, right) -> bool:
    return all(a == b or 1 in (a, b) for a, b in zip(reversed(left), reversed(right)))


@draws("a constant", 4)
def with_constant(r: random.Random, values: Values) -> Draw:
    shape = [size if r.random() < 0.5 else 1 for size in values.x.shape]
    shape[0] = 1 if r.random() < 0.8 else shape[0]
    shape = shape[r.randint(0, len(shape) - 1):]
    return values.code(r.choice(("a + k", "a * k", "k - a", "torch.max(a, k)", "a / (k * k + 1)")), constant=tuple(shape))


@draws("a scaled residual", 2, ranks=(4,))
def squeeze(r: random.Random, values: Values) -> Draw:
    return values.code(r.choice(("a * torch.sigmoid(a.mean([2, 3], keepdim=True))", "a - a.mean(1, keepdim=True)",
                                 "a * a.mean([2, 3]).view(a.size(0), a.size(1), 1, 1)")))


@draws("select", 1)
def select(r: random.Random, values: Values) -> Optional[Draw]:
    places = values.like(lambda tensor: tensor.shape == values.x.shape)
    return values.code(r.choice(("torch.where(a > b, a, b)", "torch.where(a > b, b, a)")), r.choice(places))


@draws("reduction", 4, ranks=(3, 4))
def reduction(r: random.Random, values: Values) -> Draw:
    rank = values.x.dim()
    if r.random() < 0.4:
        axes = sorted(r.sample(range(1, rank), r.randint(1, rank - 1)))
        return values.code("a.mean({}{})".format(axes, r.choice(("", ", keepdim=True"))))
    axis = r.choice((r.randint(1, rank - 1), r.randint(1 - rank, -1)))
    kept = r.choice(("", ", keepdim=True"))
    return values.code(r.choice(("a.mean({}{})", "a.sum({}{}) / 3", "a.max({}{})[0]", "a.min({}{})[0]")).format(axis, kept))


@draws("softmax", 3)
def softmax(r: random.Random, values: Values) -> Draw:
    axis = r.randint(1, values.x.dim() - 1)
    return values.code(r.choice(("F.softmax(a, dim={})", "F.log_softmax(a, dim={})", "F.normalize(a, dim={})")).format(axis))


@draws("product", 2, ranks=(3, 4))
def product(r: random.Random, values: Values) -> Optional[Draw]:
    if r.random() < 0.3:
        return values.code("F.softmax(a.matmul(a.transpose(-1, -2)) / 3, dim=-1).matmul(a)")
    shape = values.x.shape
    places = values.like(lambda tensor: tensor.dim() == len(shape) and tensor.shape[:-2] == shape[:-2]
                         and tensor.shape[-2] == shape[-1])
    return values.code("a.matmul(b) / 3", r.choice(places)) if places else None
