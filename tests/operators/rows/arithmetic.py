"""Pairs of tensors, truth values, constants that the network makes itself."""
import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.case import MAP, SEQUENCE, Case, functions, of

_TRUTH = functions(
    ("greater than a number", lambda x: (x > 0.3).float() * x), ("less", lambda x: (x < 0.3).float() * x),
    ("at least", lambda x: (x >= 0.3).float() * x), ("at most", lambda x: (x <= 0.3).float() + x),
    ("equal", lambda x: (x.round() == 1).float() + x), ("not equal", lambda x: (x.round() != 1).float() + x),
    ("both", lambda x: ((x > -0.5) & (x < 0.5)).float() + x),
    ("either", lambda x: ((x < -0.5) | (x > 0.5)).float() + x),
    ("not", lambda x: (1 - (x > 0)).float() + x), ("inverted", lambda x: (~(x > 0)).float() + x),
    ("where", lambda x: torch.where(x > 0, x, x * 0.1)),
    ("where, constants", lambda x: torch.where(x > 0, torch.ones(1), x)),
    ("where, two constants", lambda x: torch.where(x > 0, torch.tensor(2.0), torch.tensor(-1.0)) + x),
    ("where, zeros like", lambda x: torch.where(x > 0, x, torch.zeros_like(x))),
    ("where that broadcasts a channel", lambda x: torch.where(x[:, :1] > 0, x, -x)),
    ("where that broadcasts a choice", lambda x: torch.where(x > 0, x.mean(1, keepdim=True), x)),
    ("where of a constant condition",
     lambda x: torch.where(torch.tensor([1, 0, 1, 0, 0, 1, 1], dtype=torch.uint8), x, x * 2)),
    ("where, a row of constants", lambda x: torch.where(x > 0, x, torch.arange(7.0))),
    ("masked fill", lambda x: x.masked_fill(x > 0.5, 0.25)),
    ("masked fill, constant mask", lambda x: x.masked_fill(torch.eye(9, 7) > 0, 0.25)),
    ("masked fill that broadcasts", lambda x: x.masked_fill(x[:, :1] > 0.5, -3.0)),
    ("clamp", lambda x: x.clamp(-0.5, 0.7)),
    ("clamp below", lambda x: torch.clamp(x, min=0.2)), ("clamp above", lambda x: x.clamp_max(0.2)),
    ("clamp at zero", lambda x: x.clamp(min=0)),
    ("clamp of counts", lambda x: x / (x > 0).sum(3, keepdim=True).clamp(min=2).float()),
    ("clamp of places", lambda x: x + x.argmax(1, keepdim=True).clamp(1, 3).float()),
)

_PAIRS = [Case(name, of(function), [MAP, other]) for name, function, other in [
    ("largest", torch.max, MAP), ("smallest", torch.min, MAP),
    ("largest, broadcast", torch.max, (2, 6, 1, 1)),
    ("smallest of a plane", torch.min, (2, 1, 9, 7)),
    ("power of tensors", lambda x, y: (x.abs() + 0.1) ** y, MAP),
    ("where of three", lambda x, y: torch.where(x > y, x, y), MAP),
    ("where, broadcast", lambda x, y: torch.where(x > y, x, y), (2, 6, 1, 1)),
    ("greater of two", lambda x, y: (x > y).float() + x, MAP),
    ("greater, broadcast", lambda x, y: (x > y).float() + x, (2, 1, 9, 7)),
    ("lerp of tensors", lambda x, y: torch.lerp(x, y, 0.3), MAP),
    ("addcmul", lambda x, y: torch.addcmul(x, 0.5, y, y), MAP),
    ("addcdiv", lambda x, y: torch.addcdiv(x, 0.5, y, y * y + 1), MAP),
    ("distance", lambda x, y: (x - y).pow(2).sum(1).sqrt(), MAP),
    ("fmod of tensors", lambda x, y: torch.fmod(x * 5, y.abs() + 1), MAP),
    ("atan2", torch.atan2, MAP), ("atan2 beyond the axes", lambda x, y: torch.atan2(torch.relu(x), y.clamp(max=0)), (6, 1, 1)),
    ("remainder", lambda x, y: torch.remainder(x * 5, y.abs() + 1), MAP),
    ("expand as", lambda x, y: y.expand_as(x) * x, (2, 6, 1, 1)),
    ("view as", lambda x, y: x + y.view_as(x), (2, 6, 63)),
    ("a vector's map", lambda x, y: x * y.unsqueeze(-1).unsqueeze(-1) + x, (2, 6)),
    ("a row", lambda x, y: x + y, (7,)), ("a plane", lambda x, y: x * y, (9, 7)),
    ("mixed ranks", lambda x, y: x - y, (6, 1, 1)), ("minus alpha", lambda x, y: torch.sub(x, 0.3, y), MAP),
    ("plus alpha", lambda x, y: x.add(2, y), MAP),
]]


class _Positions(nn.Module):
    """Sines and cosines of places, made in forward."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rates = torch.exp(torch.arange(0, x.size(2), 2).float() * -0.7)
        angles = torch.arange(x.size(1)).float().unsqueeze(1) * rates
        return x + torch.stack([angles.sin(), angles.cos()], 2).view(x.size(1), -1)


class _Coordinates(nn.Module):
    """CoordConv: two channels of coordinates beside the map."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, _, height, width = x.shape
        rows, columns = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width))
        return torch.cat([x, torch.stack([rows, columns]).unsqueeze(0).expand(batch, -1, -1, -1)], 1)


class _Embedded(nn.Module):
    def __init__(self, function) -> None:
        super().__init__()
        self.table, self.function = nn.Embedding(9, 7), function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(x, self.table)


_CONSTANTS = functions(
    ("a number first", lambda x: torch.add(0, x) * 2 + torch.add(1.5, x)),
    ("zeros like", lambda x: torch.cat([x, torch.zeros_like(x[:, :2])], 1)),
    ("ones like", lambda x: x * 2 + torch.ones_like(x)),
    ("full like", lambda x: x * torch.full_like(x, 0.3)),
    ("zeros", lambda x: torch.cat([x, torch.zeros(2, 1, 9, 7)], 1)),
    ("ones of sizes", lambda x: torch.cat([x, torch.ones(x.size(0), 1, x.size(2), x.size(3))], 1)),
    ("new zeros", lambda x: torch.cat([x, x.new_zeros(2, 1, 9, 7)], 1)),
    ("new full", lambda x: x + x.new_full((7,), 0.7)), ("arange", lambda x: x * torch.arange(7).float()),
    ("arange of a size", lambda x: x + torch.arange(x.size(3), dtype=x.dtype)),
    ("linspace", lambda x: x * torch.linspace(-1, 1, 7)), ("eye", lambda x: x * torch.eye(9, 7)),
    ("full", lambda x: x + torch.full((9, 7), 0.25)),
    ("coordinates beside", _Coordinates().forward),
    ("a new tensor", lambda x: x * torch.tensor([[1.0], [2.0], [3.0]]).repeat(3, 1)),
    ("one hot",
     lambda x: x * torch.zeros(6, 7).scatter_(1, torch.tensor([[1], [3], [0], [5], [2], [6]]), 1.0).unsqueeze(1)),
    ("size as a number", lambda x: x / x.size(1) ** 0.5), ("to float", lambda x: x.to(torch.float32) * 2),
    ("double and back", lambda x: (x.double() * 2).float()),
    ("half and back", lambda x: x.float() + 1), ("to int and back", lambda x: (x * 3).int().float() + x),
    ("to long and back", lambda x: (x * 3).long().float() + x),
)

ROWS = _TRUTH + _PAIRS + [
    case._replace(refused="Cast") if case.id == "double and back" else case for case in _CONSTANTS
] + [
    Case("positions of sines", _Positions, [(2, 6, 8)]),
    Case("embedding of constant places",
         lambda: _Embedded(lambda x, table: x + table(torch.arange(6))), [SEQUENCE]),
    Case("embedding of a plane of places",
         lambda: _Embedded(lambda x, table: x * table(torch.tensor([[1, 0, 3, 8, 8, 2], [5, 4, 3, 2, 1, 0]]))),
         [SEQUENCE]),
    Case("embedding of the largest", lambda: _Embedded(lambda x, table: table(x.argmax(1))), [(2, 9)]),
    *(Case("bags of embeddings: {}".format(mode), lambda mode=mode: _Embedded(
        lambda x, table: F.embedding_bag(x.topk(4)[1], table.weight, mode=mode)), [(2, 9)]) for mode in ("sum", "mean", "max")),
    Case("bags of weighted embeddings", lambda: _Embedded(lambda x, table: F.embedding_bag(
        x.topk(4)[1], table.weight, mode="sum", per_sample_weights=x.topk(4)[0])), [(2, 9)]),
    Case("bags of embeddings one after another", lambda: _Embedded(lambda x, table: F.embedding_bag(
        x.topk(4)[1].view(-1), table.weight, torch.tensor([0, 3]))), [(2, 9)], refused="ATen"),
    Case("one hot of the largest", of(lambda x: (x == x.max(1, keepdim=True)[0]).float() * 2 + x), [(2, 6)]),
    Case("sum of several", of(lambda x, y, z: sum([x, y, z])), [MAP, MAP, MAP]),
    Case("mean of several", of(lambda x, y: torch.stack([x, y]).mean(0)), [MAP, MAP]),
    Case("stacked and weighted",
         of(lambda x, y: (torch.stack([x, y], 1) * torch.tensor([0.3, 0.7]).view(1, 2, 1, 1)).sum(1)),
         [SEQUENCE, SEQUENCE]),
    Case("largest of several", of(lambda x, y: torch.stack([x, y]).max(0)[0]), [MAP, MAP]),
    Case("maxout", of(lambda x: x.view(2, 3, 2, 9, 7).max(2)[0])),
]
