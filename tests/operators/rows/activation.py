"""Functions of one tensor, as PyTorch's modules and users' own formulas say them."""
import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.case import Case, Lambda, functions, of


class _Swish(torch.autograd.Function):
    """With a backward of its own, as memory-saving swishes have it."""

    @staticmethod
    def forward(context, x, scale):
        context.save_for_backward(x)
        context.scale = scale
        y = x * torch.sigmoid(x * scale)
        context.mark_non_differentiable(y)
        assert not any(context.needs_input_grad)
        return y


_FUNCTIONS = [
    ("swish with a backward of its own", lambda x: _Swish.apply(x, 1.3)),
    ("gelu by erf", lambda x: x * 0.5 * (1 + torch.erf(x / 1.4142135))),
    ("gelu by erf, far out", lambda x: (lambda y: y * 0.5 * (1 + torch.erf(y * 0.70710678)))(x * 5)),
    ("gelu by tanh", lambda x: 0.5 * x * (1 + torch.tanh(0.79788456 * (x + 0.044715 * torch.pow(x, 3))))),
    ("gelu by sigmoid", lambda x: x * torch.sigmoid(1.702 * x)), ("erf", torch.erf), ("erfc", torch.erfc),
    ("mish", lambda x: x * torch.tanh(F.softplus(x))), ("celu", F.celu),
    ("celu 1.7", lambda x: F.celu(x, 1.7)),
    ("softplus, beta", lambda x: F.softplus(x, beta=2.5)),
    ("softplus, threshold", lambda x: F.softplus(x, beta=2.0, threshold=1.5)),
    ("softshrink", F.softshrink), ("softshrink 0.2", lambda x: F.softshrink(x, 0.2)),
    ("hardshrink", F.hardshrink), ("hardshrink 0.3", lambda x: F.hardshrink(x, 0.3)),
    ("tanhshrink", F.tanhshrink),
    ("threshold", lambda x: F.threshold(x, 0.1, 0.1)),
    ("threshold -0.4 to 2", lambda x: F.threshold(x, -0.4, 2.0)),
    ("threshold 0", lambda x: F.threshold(x, 0.0, 0.0)),
    ("hardtanh -2 to 0.5", lambda x: F.hardtanh(x, -2, 0.5)),
    ("hardtanh 0.2 to 0.5", lambda x: F.hardtanh(x, 0.2, 0.5)),
    ("hardtanh 0 to 6", lambda x: F.hardtanh(x, 0, 6)), ("relu in place", lambda x: F.relu_(x * 2)),
    ("glu over channels", lambda x: F.glu(x, 1)), ("softmin", lambda x: F.softmin(x, dim=1)),
    ("rrelu", F.rrelu), ("logsigmoid far out", lambda x: F.logsigmoid(x * 60)),
    ("rsqrt", lambda x: torch.rsqrt(x * x + 0.1)), ("log1p", lambda x: torch.log1p(x.abs())),
    ("log1p of small", lambda x: torch.log1p(x * 1e-4)), ("expm1", torch.expm1),
    ("expm1 of small", lambda x: torch.expm1(x * 1e-4)), ("log2", lambda x: torch.log2(x * x + 0.1)),
    ("log10", lambda x: torch.log10(x * x + 0.1)), ("round", lambda x: torch.round(x * 3)),
    ("ceil", torch.ceil),
    ("trunc", lambda x: torch.trunc(x * 3)), ("frac", lambda x: torch.frac(x * 3)),
    ("sign", torch.sign), ("sign times", lambda x: x.sign() * x.abs().sqrt()),
    ("fmod", lambda x: torch.fmod(x * 5, 2)), ("remainder", lambda x: torch.remainder(x * 5, 3)),
    ("fmod 0.3", lambda x: torch.fmod(x, 0.3)),
    ("remainder of a negative", lambda x: torch.remainder(x * 5, -2)),
    ("tan", lambda x: torch.tan(x * 0.3)), ("sinh", torch.sinh), ("cosh", torch.cosh), ("cos", torch.cos),
    ("lerp", lambda x: torch.lerp(x, x * x, 0.3)), ("square", lambda x: x.pow(2)), ("cube", lambda x: x ** 3),
    ("power 4", lambda x: x ** 4), ("power 0.5", lambda x: (x * x + 0.1) ** 0.5),
    ("power -1", lambda x: (x * x + 1) ** -1),
    ("power -0.5", lambda x: (x * x + 0.1) ** -0.5), ("power 1", lambda x: x ** 1 + x * x),
    ("a number to the power", lambda x: 2 ** x), ("true division", lambda x: 1 / (x.abs() + 1)),
    ("plus alpha times", lambda x: torch.add(x, 0.3, x * x)),
    ("minus alpha times", lambda x: torch.sub(x, 0.3, x * x)),
    ("minus from, alpha", lambda x: torch.rsub(x, 2, alpha=3)),
    ("addcmul", lambda x: torch.addcmul(x, 0.7, x, x)),
    ("addcdiv", lambda x: torch.addcdiv(x, 0.7, x, x * x + 1)),
    ("dropout", lambda x: F.dropout(x, 0.5, False) * 2), ("detach", lambda x: x.detach() * 2),
    ("clone", lambda x: x.clone() + 1), ("type as", lambda x: (x > 0).type_as(x) * x),
    ("in place arithmetic", lambda x: (x * 1).add_(2).mul_(3).clamp_(-1, 5)),
    ("asin", lambda x: torch.asin(torch.tanh(x))), ("atan", torch.atan),
    ("digamma", lambda x: torch.digamma(x * x + 1)),
]
_REFUSED = {"digamma": "digamma", "erfc": "erfc"}

_MODULES = [
    ("ReLU6", nn.ReLU6), ("Hardtanh", lambda: nn.Hardtanh(-0.3, 2)), ("LeakyReLU", nn.LeakyReLU),
    ("LeakyReLU 0.3", lambda: nn.LeakyReLU(0.3)),
    ("LeakyReLU of a negative slope", lambda: nn.LeakyReLU(-0.4)),
    ("LeakyReLU of a steep slope", lambda: nn.LeakyReLU(2.5)), ("ELU", nn.ELU),
    ("ELU 1.5", lambda: nn.ELU(1.5)),
    ("CELU", lambda: nn.CELU(0.6)), ("SELU", nn.SELU), ("Softplus", nn.Softplus), ("Softsign", nn.Softsign),
    ("LogSigmoid", nn.LogSigmoid), ("Tanhshrink", nn.Tanhshrink),
    ("Threshold", lambda: nn.Threshold(0.2, -1.0)),
    ("Softshrink", nn.Softshrink), ("Hardshrink", nn.Hardshrink), ("RReLU", nn.RReLU),
    ("GLU", lambda: nn.GLU(1)),
    ("AlphaDropout", nn.AlphaDropout), ("Dropout2d", lambda: nn.Sequential(nn.Dropout2d(), nn.ReLU())),
]

ROWS = [case._replace(refused=_REFUSED.get(case.id)) for case in functions(*_FUNCTIONS)] + [
    Case("module " + name, build) for name, build in _MODULES
] + [
    Case("prelu of {}, {}".format(shape, kind),
         (lambda slopes: lambda: _slopes(slopes))(slopes), [shape])
    for shape in ((2, 6), (2, 6, 7), (2, 6, 9, 7), (1, 6, 9, 7)) for kind,
    slopes in (("one slope", 1), ("many", 6))
] + [
    Case("prelu after a convolution",
         lambda: nn.Sequential(nn.Conv2d(6, 5, 3), _slopes(5), nn.Conv2d(5, 4, 1))),
    Case("gelu of a vector", of(lambda x: x * 0.5 * (1 + torch.erf(x / 1.4142135))), [(2, 6)]),
    Case("gelu between layers", lambda: nn.Sequential(
        nn.Linear(6, 5), Lambda(lambda x: x * 0.5 * (1 + torch.erf(x / 1.4142135))), nn.Linear(5, 4)), [(2, 6)]),
    Case("swish between layers", lambda: nn.Sequential(
        nn.Conv2d(6, 5, 3), Lambda(lambda x: x * torch.sigmoid(x)), nn.Conv2d(5, 4, 1))),
    Case("h-swish between layers", lambda: nn.Sequential(
        nn.Conv2d(6, 5, 3), Lambda(lambda x: x * F.relu6(x + 3) / 6), nn.Conv2d(5, 4, 1))),
    Case("h-swish by hardtanh and product", of(lambda x: x * (F.hardtanh(x + 3, 0, 6) * (1 / 6)))),
]


def _slopes(count: int) -> nn.Module:
    module = nn.PReLU(count)
    module.weight.data.uniform_(-0.3, 0.9)
    return module
