"""Reductions over one axis, several and all, their axes kept or not; and choices."""
import torch
import torch.nn.functional as F

from tests.operators.case import SEQUENCE, Case, functions, of


def _distinct(x: torch.Tensor) -> torch.Tensor:
    """Of equal values PyTorch takes any."""
    return x + torch.arange(float(x.numel() // x.size(0))).view_as(x[0]) / 97


_AXES = [("rows and columns", [2, 3]), ("the last", [-1]), ("the last two", [-2, -1]), ("channels", [1]),
         ("channels and columns", [1, 3]), ("all but the batch", [1, 2, 3]), ("rows", [2])]
_REDUCTIONS = [
    ("mean", lambda x, axes, keep: x.mean(axes, keepdim=keep)),
    ("sum", lambda x, axes, keep: x.sum(axes, keepdim=keep)),
    ("std", lambda x, axes, keep: x.std(axes, keepdim=keep)),
    ("std, biased", lambda x, axes, keep: x.std(axes, unbiased=False, keepdim=keep)),
    ("var", lambda x, axes, keep: x.var(axes, keepdim=keep)),
    ("var, biased", lambda x, axes, keep: x.var(axes, unbiased=False, keepdim=keep)),
    ("norm", lambda x, axes, keep: x.norm(dim=axes, keepdim=keep)),
    ("logsumexp", lambda x, axes, keep: torch.logsumexp(x, axes, keepdim=keep)),
]

_OVER_AXES = [
    Case("{} over {}{}".format(name, words, ", kept" if keep else ""),
         (lambda function, axes, keep: of(lambda x: function(x, axes, keep)))(function, axes, keep))
    for name, function in _REDUCTIONS for words, axes in _AXES for keep in (False, True)
    if name != "norm" or len(axes) < 3  # PyTorch 1.1 has it over two at most
]

_ONE_AXIS = functions(
    ("std of an axis", lambda x: x.std(2)), ("var of an axis, kept", lambda x: x.var(1, keepdim=True)),
    ("norm 1", lambda x: x.norm(p=1, dim=1)), ("norm 3", lambda x: x.norm(p=3, dim=2)),
    ("norm 1 over two", lambda x: x.norm(p=1, dim=(2, 3))),
    ("norm of infinity", lambda x: x.norm(p=float("inf"), dim=1)),
    ("norm 0.5", lambda x: x.norm(p=0.5, dim=1)),
    ("prod", lambda x: x[:, :, :3].prod(2)), ("prod, kept", lambda x: x[:, :, :3].prod(2, keepdim=True)),
    ("max of an axis", lambda x: x.max(2)[0]), ("min of an axis, kept", lambda x: x.min(-1, keepdim=True)[0]),
    ("max of two axes", lambda x: x.max(3)[0].max(2)[0]),
    ("median-free centre", lambda x: x - x.mean((1, 2, 3), keepdim=True)),
    ("standardised", lambda x: (x - x.mean([2, 3], keepdim=True)) / (x.std([2, 3], keepdim=True) + 1e-5)),
    ("normalised to the range",
     lambda x: (x - x.min(3, keepdim=True)[0]) / (x.max(3, keepdim=True)[0] - x.min(3, keepdim=True)[0])),
    ("all, times", lambda x: x.mean() * x), ("sum of all, times", lambda x: x.sum() * x),
    ("max of all, plus", lambda x: x.max() + x), ("std of all, times", lambda x: x.std() * x),
    ("norm of all, times", lambda x: x.norm() * x), ("all of var, times", lambda x: x.var() * x),
    ("mean of the batch, kept", lambda x: x - x.mean(0, keepdim=True)),
    ("mean by division", lambda x: x.sum((2, 3)) / (x.size(2) * x.size(3))),
    ("cumsum of rows", lambda x: x.cumsum(2)), ("cumsum of columns", lambda x: x.cumsum(3)),
    ("cumsum of channels", lambda x: x.cumsum(1)), ("cumsum of the last", lambda x: torch.cumsum(x, -1)),
    ("cumprod", lambda x: x.cumprod(2)), ("softmax of all columns", lambda x: F.softmax(x, 2)),
    ("softmax over rows and columns", lambda x: F.softmax(x.view(2, 6, -1), 2).view_as(x)),
    ("softmax by hand",
     lambda x: (x - x.max(1, keepdim=True)[0]).exp() / (x - x.max(1, keepdim=True)[0]).exp().sum(1, keepdim=True)),
    ("log softmax over rows", lambda x: F.log_softmax(x, 2)),
    ("softmax of the last axis", lambda x: x.softmax(-1)),
)
_REFUSED = {"cumprod": "cumprod"}

_CHOICES = [
    Case("argmax over {}{}".format(axis, ", kept" if keep else ""),
         (lambda axis, keep: of(lambda x: x.argmax(axis, keepdim=keep)))(axis, keep))
    for axis in (1, 2, -1) for keep in (False, True)
] + [
    Case("argmin over channels", of(lambda x: x.argmin(1))),
    Case("argmin of the last", of(lambda x: x.argmin(-1))),
    Case("argmax of all", of(lambda x: x.argmax().float() + x)),
    Case("places of whole numbers", of(lambda x: (x * 90000).long().argmax(1, keepdim=True).float() + (x * 90000).long().argmin(
        -1, keepdim=True).float() + (x * 90000).long().max(2, keepdim=True)[1].float() + (x * 90000).long().argmax().float())),
    Case("argmax of a sequence", of(lambda x: x.argmax(1)), [SEQUENCE]),
    Case("max with places", of(lambda x: x.max(1)), outputs=2),
    Case("min with places", of(lambda x: x.min(3)), outputs=2),
    Case("max with places, kept", of(lambda x: x.max(2, keepdim=True)), outputs=2),
    Case("top 2 of channels", of(lambda x: _distinct(x).topk(2, 1)), outputs=2),
    Case("top 3 of the last", of(lambda x: _distinct(x).topk(3)), outputs=2),
    Case("top 3 of rows", of(lambda x: _distinct(x).topk(3, 2)), outputs=2),
    Case("bottom 3", of(lambda x: x.topk(3, 1, largest=False)), [(2, 6)], outputs=2),
    Case("bottom 2 of rows", of(lambda x: _distinct(x).topk(2, 2, largest=False)), outputs=2),
    Case("top 3, values only", of(lambda x: x.topk(3, 1)[0]), [(2, 6)]),
    Case("kth smallest", of(lambda x: x.kthvalue(2, 1)), [(2, 6)], outputs=2),
    Case("median", of(lambda x: x.median(1)), [(2, 7)], outputs=2),
    Case("median, even", of(lambda x: x.median(1)), [(2, 6)], outputs=2),
    Case("sort", of(lambda x: x.sort(1)), [(2, 6)], outputs=2),
    Case("sort of rows", of(lambda x: _distinct(x).sort(2)), outputs=2),
    Case("sort, falling", of(lambda x: x.sort(1, descending=True)), [(2, 6)], outputs=2),
    Case("argsort", of(lambda x: x.argsort(1)), [(2, 6)]),
    Case("softmax and top 3", of(lambda x: F.softmax(x, 1).topk(3)), [(2, 6)], outputs=2),
    Case("argmax to float", of(lambda x: x.argmax(1).float() * 2)),
    Case("any above", of(lambda x: (x > 1).any(1).float() * 2 + x[:, 0])),
]

ROWS = _OVER_AXES + [case._replace(refused=_REFUSED.get(case.id)) for case in _ONE_AXIS] + _CHOICES
