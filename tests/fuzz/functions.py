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
RARE_ACTIVATIONS = (
    "a * 0.5 * (1 + torch.erf(a / 1.4142135))", "torch.erf(a)", "F.celu(a, 1.7)", "F.softplus(a, beta=2.5)",
    "0.5 * a * (1 + torch.tanh(0.79788456 * (a + 0.044715 * torch.pow(a, 3))))", "a * torch.sigmoid(1.702 * a)",
    "a * torch.tanh(F.softplus(a))", "F.softshrink(a)", "F.hardshrink(a, 0.3)", "F.tanhshrink(a)", "F.threshold(a, 0.1, 0.1)",
    "torch.rsqrt(a * a + 0.1)", "torch.log1p(a.abs())", "torch.expm1(a.clamp(max=2))", "torch.exp(a.clamp(-3, 2))",
    "a.pow(2)", "a ** 3", "(a * a + 0.1) ** 0.5", "(a * a + 1) ** -1", "2 ** a.clamp(-4, 4)", "torch.cos(a)",
    "a.sign() * a.abs().sqrt()", "torch.where(a > 0, a, a * 0.1)", "(a > 0.3).type_as(a) * a",
    "(a <= 0.3).type_as(a) + a", "((a > -0.5) & (a < 0.5)).type_as(a) + a", "a.masked_fill(a > 0.5, 0.25)", "a.detach() * 2",
    "torch.addcmul(a, 0.7, a, a)", "torch.rsub(a, 2, alpha=3)", "a.clone().add_(2).mul_(0.5)", "F.dropout(a, 0.5, False)",
    "torch.lerp(a, a * a, 0.3)", "torch.tan(a.clamp(-1, 1))", "torch.atan(a)", "(a * a + 0.1).log2()",
)


@draws("activation", 10)
def activation(r: random.Random, values: Values) -> Draw:
    return values.code(r.choice(ACTIVATIONS))


@draws("rare activation", 4)
def rare_activation(r: random.Random, values: Values) -> Draw:
    return values.code(r.choice(RARE_ACTIVATIONS))


@draws("gate", 1)
def gate(r: random.Random, values: Values) -> Optional[Draw]:
    even = [axis for axis, size in enumerate(values.x.shape) if axis and size % 2 == 0]
    return values.code("F.glu(a, {})".format(r.choice(even))) if even else None


BINARY = ("a + b", "a + b", "a * b", "a - b", "b - a", "torch.max(a, b)", "torch.min(a, b)", "a / (b * b + 1)",
          "torch.where(a > b, a, b * 0.5)", "(a > b).type_as(a) - b", "(a.abs() + 0.1) ** b.clamp(-2, 2)", "(a - b).pow(2)",
          "torch.add(a, 0.3, b)", "a.masked_fill(b > 0.5, 0.25)")


@draws("two tensors", 8)
def two_tensors(r: random.Random, values: Values) -> Optional[Draw]:
    """One may be broadcast, along any axes and with fewer of them, the batch left as it is."""
    places = values.like(lambda tensor: _broadcasts(tensor.shape, values.x.shape))
    return values.code(r.choice(BINARY), r.choice(places)) if places else None


def _broadcasts(left, right) -> bool:
    return all(a == b or 1 in (a, b) for a, b in zip(reversed(left), reversed(right)))


CONSTANT = ("a + k", "a * k", "k - a", "torch.max(a, k)", "a / (k * k + 1)", "torch.where(a > k, a, -a)", "F.relu(a + k)",
            "F.relu(a) * k + k", "(a < k).type_as(a) + a")


@draws("a constant", 5)
def with_constant(r: random.Random, values: Values) -> Draw:
    shape = [size if r.random() < 0.5 else 1 for size in values.x.shape]
    shape[0] = 1 if r.random() < 0.8 else shape[0]
    shape = shape[r.randint(0, len(shape) - 1):]
    return values.code(r.choice(CONSTANT), constant=tuple(shape))


@draws("a scaled residual", 2, ranks=(4,))
def squeeze(r: random.Random, values: Values) -> Draw:
    return values.code(r.choice(("a * torch.sigmoid(a.mean([2, 3], keepdim=True))", "a - a.mean(1, keepdim=True)",
                                 "a * a.mean([2, 3]).view(a.size(0), a.size(1), 1, 1)")))


@draws("select", 1)
def select(r: random.Random, values: Values) -> Optional[Draw]:
    places = values.like(lambda tensor: tensor.shape == values.x.shape)
    return values.code(r.choice(("torch.where(a > b, a, b)", "torch.where(a > b, b, a)")), r.choice(places))


REDUCTIONS = ("a.mean({}{})", "a.sum({}{}) / 3", "a.max({}{})[0]", "a.min({}{})[0]", "(a * a).sum({}{}).sqrt()",
              "torch.logsumexp(a, {}{})", "a.norm(2, {}{})", "a.norm(1, {}{}) / 3", "a.tanh().prod({}{})")


@draws("reduction", 4, ranks=(3, 4, 5))
def reduction(r: random.Random, values: Values) -> Draw:
    rank = values.x.dim()
    if r.random() < 0.4:
        axes = sorted(r.sample(range(1, rank), r.randint(1, rank - 1)))
        return values.code("a.mean({}{})".format(axes, r.choice(("", ", keepdim=True"))))
    axis = r.choice((r.randint(1, rank - 1), r.randint(1 - rank, -1)))
    kept = r.choice(("", ", keepdim=True"))
    return values.code(r.choice(REDUCTIONS).format(axis, kept))


@draws("softmax", 3)
def softmax(r: random.Random, values: Values) -> Draw:
    axis = r.randint(1, values.x.dim() - 1)
    text = r.choice(("F.softmax(a, dim={})", "F.softmax(a, dim={})", "F.log_softmax(a, dim={})", "F.softmin(a, dim={})",
                     "F.normalize(a, dim={})"))
    if text.startswith("F.normalize") and float(values.x.norm(2, axis).min()) < 0.02:
        return None  # of what is nearly nothing it makes something of rounding errors
    return values.code(text.format(axis))


@draws("product", 2, ranks=(2, 3, 4))
def product(r: random.Random, values: Values) -> Optional[Draw]:
    if values.x.dim() == 2 or r.random() < 0.2:
        return values.code("a.matmul(k) / 3", constant=(values.x.shape[-1], r.randint(1, 9)))
    if r.random() < 0.3:
        return values.code("F.softmax(a.matmul(a.transpose(-1, -2)) / 3, dim=-1).matmul(a)")
    shape = values.x.shape
    places = values.like(lambda tensor: tensor.dim() == len(shape) and tensor.shape[:-2] == shape[:-2]
                         and tensor.shape[-2] == shape[-1])
    return values.code("a.matmul(b) / 3", r.choice(places)) if places else None
