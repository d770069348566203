"""Norms of every kind, with and without parameters; normalised embeddings."""
import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.case import MAP, SEQUENCE, Case, drawn, functions, of

VECTOR = (2, 6)
LARGE = (1, 2, 430, 310)  # the plain areas of some probes: kernels round each number of a sum alike

_MODULES = [
    ("group norm of {} of rank {}{}".format(groups, len(shape), "" if affine else ", plain"),
     drawn(nn.GroupNorm, groups, 6, affine=affine), shape)
    for groups in (1, 2, 3, 6) for shape in (MAP, SEQUENCE) for affine in (True, False)
] + [
    ("group norm of a vector", drawn(nn.GroupNorm, 3, 12), (2, 12)),
    ("group norm, eps", drawn(nn.GroupNorm, 2, 6, eps=0.3), MAP),
    ("instance norm", drawn(nn.InstanceNorm2d, 6, affine=True), MAP),
    ("instance norm, plain", drawn(nn.InstanceNorm2d, 6), MAP),
    ("instance norm, tracking", drawn(nn.InstanceNorm2d, 6, track_running_stats=True, affine=True), MAP),
    ("instance norm, tracking, plain", drawn(nn.InstanceNorm2d, 6, track_running_stats=True), MAP),
    ("instance norm of a large map", drawn(nn.InstanceNorm2d, 2, affine=True), LARGE),
    ("group norm of a large map", drawn(nn.GroupNorm, 1, 2), LARGE),
    ("group norm of pairs, of a large map", drawn(nn.GroupNorm, 2, 4), (1, 4) + LARGE[2:]),
    ("instance norm of a sequence", drawn(nn.InstanceNorm1d, 6, affine=True), SEQUENCE),
    ("instance norm of a sequence, plain", drawn(nn.InstanceNorm1d, 6), SEQUENCE),
    ("layer norm of the last", drawn(nn.LayerNorm, 7), MAP),
    ("layer norm of two", drawn(nn.LayerNorm, (9, 7)), MAP),
    ("layer norm of three", drawn(nn.LayerNorm, (6, 9, 7)), MAP),
    ("layer norm, plain", drawn(nn.LayerNorm, (9, 7), elementwise_affine=False), MAP),
    ("layer norm of a sequence", drawn(nn.LayerNorm, 7), SEQUENCE),
    ("layer norm of a vector", drawn(nn.LayerNorm, 6), VECTOR),
    ("layer norm of two of a sequence, eps", drawn(nn.LayerNorm, (6, 7), eps=0.1), SEQUENCE),
    ("batch norm, no parameters", drawn(nn.BatchNorm2d, 6, affine=False), MAP),
    ("batch norm without statistics", drawn(nn.BatchNorm2d, 6, track_running_stats=False), MAP),
    ("batch norm of a vector, no parameters", drawn(nn.BatchNorm1d, 6, affine=False), VECTOR),
    ("batch norm of a sequence", drawn(nn.BatchNorm1d, 6), SEQUENCE),
    ("weight norm", lambda: nn.utils.weight_norm(nn.Conv2d(6, 5, 3)), MAP),
    ("spectral norm", lambda: nn.utils.spectral_norm(nn.Conv2d(6, 5, 3)), MAP),
    ("weight norm of a linear", lambda: nn.utils.weight_norm(nn.Linear(6, 5)), VECTOR),
    ("cosine similarity of channels", lambda: _Pair(nn.CosineSimilarity(1)), MAP),
    ("pairwise distance", lambda: _Pair(nn.PairwiseDistance(2)), VECTOR),
]
_NETWORKS = [
    ("conv, group norm, relu, conv", lambda: nn.Sequential(
        nn.Conv2d(6, 8, 3), drawn(nn.GroupNorm, 4, 8)(), nn.ReLU(), nn.Conv2d(8, 5, 1)), MAP),
    ("conv, instance norm, relu, conv", lambda: nn.Sequential(
        nn.Conv2d(6, 8, 3), drawn(nn.InstanceNorm2d, 8, affine=True)(), nn.ReLU(), nn.Conv2d(8, 5, 1)), MAP),
    ("layer norm over channels", lambda: _ChannelsLast(drawn(nn.LayerNorm, 6)()), MAP),
]

ROWS = [Case(name, build, [shape]) for name, build, shape in _MODULES + _NETWORKS] + functions(
    ("normalize over channels", F.normalize), ("normalize over columns", lambda x: F.normalize(x, dim=3)),
    ("normalize, p 1", lambda x: F.normalize(x, p=1, dim=1)),
    ("normalize, eps", lambda x: F.normalize(x, dim=1, eps=2.0)),
    ("normalize over the last", lambda x: F.normalize(x, dim=-1)),
    ("normalize by hand", lambda x: x / x.norm(2, 1, keepdim=True)),
    ("normalize by hand, clamped", lambda x: x / x.norm(p=2, dim=1, keepdim=True).clamp(min=1e-12)),
    ("normalize by square root", lambda x: x / (x.pow(2).sum(1, keepdim=True) + 1e-6).sqrt()),
    ("layer norm by hand",
     lambda x: (x - x.mean(1, keepdim=True)) / torch.sqrt(x.var(1, unbiased=False, keepdim=True) + 1e-6)),
    ("functional layer norm", lambda x: F.layer_norm(x, (9, 7))),
    ("functional instance norm", F.instance_norm),
    ("functional group norm", lambda x: F.group_norm(x, 2)),
) + [
    Case("normalize a vector", of(F.normalize), [VECTOR]),
    Case("normalize, p 3", of(lambda x: F.normalize(x, p=3)), [VECTOR]),
    Case("cosine similarity", of(lambda x, y: F.cosine_similarity(x, y)), [(3, 6), (3, 6)]),
    Case("cosine similarity of the last axis",
         of(lambda x, y: F.cosine_similarity(x, y, dim=-1, eps=0.5)), [SEQUENCE, SEQUENCE]),
    Case("similarity of all pairs", of(lambda x, y: F.normalize(x).mm(F.normalize(y).t())), [(3, 6), (4, 6)]),
]


class _Pair(nn.Module):
    """A module of two tensors, of the input and a function of it."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x, x * x - 0.3)


class _ChannelsLast(nn.Module):
    """ConvNeXt's norm."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
