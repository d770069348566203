"""Picking, cutting, splitting and padding."""
import operator
from typing import Any, Callable

import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.case import MAP, SEQUENCE, Case, functions, of


def _written_in_part(x: torch.Tensor) -> torch.Tensor:
    part = x[:, 1:4]
    part.scatter_(1, part.argmax(1, keepdim=True), 0.5)
    return x


def _sparsemax(x: torch.Tensor) -> torch.Tensor:
    """Of the last axis: as many of the largest as stay above a threshold that they share."""
    largest = x.sort(3, descending=True)[0]
    sums = largest.cumsum(3) - 1
    count = (torch.arange(1.0, 8.0) * largest > sums).sum(3).unsqueeze(3)
    return torch.clamp(x - sums.gather(3, count - 1) / count.float(), min=0)


def _rows_and_columns(places: torch.Tensor) -> torch.Tensor:
    inside = places % 63
    return torch.stack([(places / 63).float(), (inside / 7).float(), (inside % 7).float()], 2)


_PICKS = functions(
    ("steps on two axes", lambda x: x[:, :, ::2, 1::3]), ("steps over channels", lambda x: x[:, 1::2]),
    ("a step and an end", lambda x: x[:, :, 1:8:3, :-1:2]), ("negative bounds", lambda x: x[:, -4:-1, -5:]),
    ("an ellipsis", lambda x: x[..., 1:4]), ("an ellipsis and a place", lambda x: x[..., -1]),
    ("a place from the end", lambda x: x[:, -2]),
    ("two places", lambda x: x[:, 1, 2]), ("a place of rows", lambda x: x[:, :, -1]),
    ("a kept place", lambda x: x[:, 2:3]),
    ("a new axis", lambda x: x[:, :, None, 0] + x[:, :, 0:1]),
    ("a new axis at the end", lambda x: x.mean([2, 3])[:, :, None, None] * x),
    ("a whole batch member", lambda x: x[1]), ("the first of the batch, kept", lambda x: x[:1] * 2),
    ("beyond the end", lambda x: x[:, :, 2:100]), ("a list", lambda x: x[:, [4, 0, 0, -1]]),
    ("a list of rows", lambda x: x[:, :, [8, 1, 3]]),
    ("a tensor", lambda x: x[:, :, :, torch.tensor([6, 1])]),
    ("index select", lambda x: x.index_select(1, torch.tensor([4, 0, 3]))),
    ("index select of columns", lambda x: torch.index_select(x, -1, torch.tensor([6, 0, 3]))),
    ("two lists", lambda x: x[:, [0, 1, 2], [3, 4, 5]]),
    ("lists of a grid", lambda x: x[:, :, [[0], [3]], [[1, 2]]]),
    ("a mask of channels", lambda x: x[:, torch.tensor([1, 0, 1, 1, 0, 1], dtype=torch.uint8)]),
    ("narrow", lambda x: x.narrow(2, 3, 4)),
    ("narrow from the back", lambda x: x.narrow(-1, 2, 3)), ("select", lambda x: x.select(1, 2)),
    ("select from the back", lambda x: x.select(-1, -2)),
    ("flip columns", lambda x: x.flip(3)), ("flip two", lambda x: x.flip([2, 3])),
    ("flip channels", lambda x: torch.flip(x, [1])),
    ("flip by a step of places", lambda x: x[:, :, torch.arange(8, -1, -1)]),
    ("roll columns", lambda x: torch.roll(x, 2, 3)), ("roll two", lambda x: torch.roll(x, (-1, 3), (2, 3))),
    ("roll all", lambda x: torch.roll(x, 5)),
    ("rotate", lambda x: torch.rot90(x, 1, [2, 3])), ("rotate back", lambda x: torch.rot90(x, -1, (2, 3))),
    ("rotate half", lambda x: x.rot90(2, (2, 3))),
    ("lower triangle", lambda x: x.tril()), ("upper triangle, shifted", lambda x: torch.triu(x, 1)),
    ("diagonal", lambda x: x.diagonal(0, 2, 3)),
    ("gather", lambda x: x.gather(3, (x[..., :2] > 0).long())),
    ("take", lambda x: x.take(torch.tensor([3, 100]))),
    ("masked select", lambda x: x.masked_select(x > 0)), ("unfold of an axis", lambda x: x.unfold(3, 3, 2)),
    ("unfold, patches", lambda x: F.unfold(x, 3)),
    ("patches, padded and strided", lambda x: F.unfold(x, (3, 2), padding=1, stride=2)),
    ("fold", lambda x: F.fold(F.unfold(x, 2), (9, 7), (2, 2))),
    ("fold, strided, padded, dilated",
     lambda x: F.fold(F.unfold(x, (3, 2), 2, 1, 2) * 2, (9, 7), (3, 2), 2, 1, 2)),
    ("one hot codes of the largest", lambda x: torch.nn.functional.one_hot(x.argmax(1), 6).float() * 2 + x.sum()),
    ("one hot codes of the nearest", lambda x: torch.zeros(2, 6, 9, 7).scatter_(1, x.argmax(1, keepdim=True), 1) + x),
    ("rows and columns of the largest", lambda x: _rows_and_columns(x.reshape(2, -1).topk(4)[1])),
    ("the last of those above zero", lambda x: x.gather(3, (x > -9).sum(3, keepdim=True) - 1)),
    ("sparsemax", lambda x: _sparsemax(x)),
    ("a place with an offset", lambda x: x.reshape(2, -1)[:, x.mean(0).reshape(-1).topk(3)[1] + 5]),
    ("scatter", lambda x: x.scatter(3, x.topk(3, 3)[1], x[..., :3] * 2)),
    ("scatter of a number", lambda x: x.scatter(-3, x.topk(2, 1)[1], -2.5)),
    ("scatter, several to a place", lambda x: x.scatter(2, (x[:, :, :4] > 0).long(), x[:, :, 1:5])),
    ("scatter, added", lambda x: x.scatter_add(1, (x > 0).long(), x * 3)),
    ("scatter, more added than are written in turn",
     lambda x: x.scatter_add(3, (x > 0).long().repeat(1, 1, 1, 10), x.repeat(1, 1, 1, 10))),
    ("index_add", lambda x: x.index_add(2, torch.tensor([0, 3, 3, 8, 3]), x[:, :, 2:7] * 2)),
    ("index_add at computed places", lambda x: x[0].index_add(0, (x[0, :, 0, 0] > 0).long() * 2, x[1])),
    ("scatter of more than can be", lambda x: x.scatter(3, (x > 0).long().repeat(1, 1, 1, 10), 1.0)),
    ("scatter in place of a part", lambda x: _written_in_part(x * 2)),
    ("filled at a place", lambda x: x.index_fill(1, torch.tensor([1, 3]), 2.0)),
)
_REFUSED = {"masked select": "masked_select", "scatter of more than can be": "scatter"}

_PARTS = [
    Case("split of equal parts", of(lambda x: x.split(2, 1)), outputs=3),
    Case("split, the last smaller", of(lambda x: x.split(4, 1)), outputs=2),
    Case("split of rows", of(lambda x: x.split([2, 3, 4], 2)), outputs=3),
    Case("split from the back", of(lambda x: torch.split(x, [3, 4], -1)), outputs=2),
    Case("split of one part", of(lambda x: x.split(6, 1)[0] * 2)),
    Case("chunk of columns", of(lambda x: x.chunk(3, 3)), outputs=3),
    Case("chunk, uneven", of(lambda x: x.chunk(4, 2)), outputs=3),
    Case("chunk from the back", of(lambda x: torch.chunk(x, 2, dim=-3)), outputs=2),
    Case("chunk of one", of(lambda x: x.chunk(1, 1)[0] * 2)),
    Case("one part of a chunk", of(lambda x: x.chunk(2, 1)[1])),
    Case("a part used twice", of(lambda x: x.split([2, 4], 1)[0].repeat(1, 2, 1, 1) + x.split([2, 4], 1)[1])),
    Case("chunk, swapped and joined", of(lambda x: torch.cat(x.chunk(2, 1)[::-1], 1))),
    Case("unbind", of(lambda x: x[:, :3].unbind(1)), outputs=3),
    Case("unbind of columns", of(lambda x: x[..., :2].unbind(-1)), outputs=2),
    Case("split of a sequence", of(lambda x: x.split([1, 5], 1)), [SEQUENCE], 2),
    Case("chunk of a vector", of(lambda x: x.chunk(2, 1)), [(2, 6)], 2),
    Case("split of the batch", of(lambda x: x.split(1, 0)), outputs=2),
    Case("iterated", of(lambda x: sum(part * (i + 1) for i, part in enumerate(x.split(2, 1))))),
]

_PADS = [
    ("constant", lambda x: F.pad(x, (1, 2, 3, 0))),
    ("constant of channels", lambda x: F.pad(x, (0, 0, 0, 0, 1, 2), value=0.5)),
    ("one axis", lambda x: F.pad(x, (2, 1))), ("negative on all sides", lambda x: F.pad(x, (-1, -2, -3, -1))),
    ("negative and positive", lambda x: F.pad(x, (2, -2, -1, 3), value=-1.5)),
    ("negative of channels", lambda x: F.pad(x, (0, 0, 0, 0, -2, 1))),
    ("reflection, as a mode", lambda x: F.pad(x, (2, 1, 3, 4), mode="reflect")),
    ("replication, as a mode", lambda x: F.pad(x, (2, 1, 0, 4), mode="replicate")),
    ("circular", lambda x: torch.cat([x[..., -2:], x, x[..., :1]], -1)),
    ("circular, as a mode", lambda x: F.pad(x, (1, 2, 3, 1), mode="circular")),
    ("of nothing", lambda x: F.pad(x, (0, 0, 0, 0)) * 2),
    ("lowest", lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float("-inf")), 2)),
]
_PAD_MODULES = [
    ("ReflectionPad2d", lambda: nn.ReflectionPad2d((1, 2, 3, 4)), MAP),
    ("ReflectionPad2d of 2", lambda: nn.ReflectionPad2d(2), MAP),
    ("ReflectionPad1d", lambda: nn.ReflectionPad1d((2, 3)), SEQUENCE),
    ("ReplicationPad2d", lambda: nn.ReplicationPad2d((3, 0, 1, 2)), MAP),
    ("ReplicationPad1d", lambda: nn.ReplicationPad1d((3, 1)), SEQUENCE),
    ("ConstantPad1d", lambda: nn.ConstantPad1d((3, 1), 1.5), SEQUENCE),
    ("ConstantPad2d", lambda: nn.ConstantPad2d((3, 1, 0, 2), -1.5), MAP),
    ("ZeroPad2d", lambda: nn.ZeroPad2d((3, 1, 0, 2)), MAP),
    ("ReflectionPad2d, conv", lambda: nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(6, 5, 3)), MAP),
    ("ReplicationPad2d, conv",
     lambda: nn.Sequential(nn.ReplicationPad2d((0, 1, 2, 0)), nn.Conv2d(6, 5, 3, stride=2)), MAP),
    ("ZeroPad2d, conv", lambda: nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(6, 5, 3, stride=2)), MAP),
    ("ReplicationPad2d, negative", lambda: nn.ReplicationPad2d((-1, 2, 1, -2)), MAP),
    ("ConstantPad2d, negative", lambda: nn.ConstantPad2d((-1, -1, -2, 0), 0.0), MAP),
    ("circular convolution", lambda: nn.Conv2d(6, 5, 3, padding=2, padding_mode="circular"), MAP),
]


def _changed(change: Callable[[torch.Tensor, torch.Tensor], Any]) -> Callable[[torch.Tensor], torch.Tensor]:
    """A network that writes to a part of a tensor of its own."""
    def run(x: torch.Tensor) -> torch.Tensor:
        y = x * 2
        change(y, x)
        return y + x
    return run


_WRITES = [
    ("a number to channels", lambda y, x: y.__setitem__((slice(None), slice(1, 3)), 0.5)),
    ("part of another", lambda y, x: y.__setitem__((slice(None), slice(1, 3)), x[:, 3:5])),
    ("one that broadcasts", lambda y, x: y.__setitem__((Ellipsis, slice(0, 3)), x[:, :, :, :1])),
    ("every other row",
     lambda y, x: y.__setitem__((slice(None), slice(None), slice(0, None, 2)), x[:, :, ::2] * 3)),
    ("a list of channels", lambda y, x: y.__setitem__((slice(None), [4, 1]), x[:, :2])),
    ("one of the batch", lambda y, x: y.__setitem__(0, 1.5)),
    ("a mask of columns",
     lambda y, x: y.__setitem__((Ellipsis, torch.tensor([1, 0, 0, 1, 0, 0, 0], dtype=torch.uint8)), -1.0)),
    ("one after another",
     lambda y, x: (y.__setitem__((slice(None), 0), 1.0), y.__setitem__((slice(None), 1), y[:, 0] + x[:, 0]))),
    ("in place by a sum",
     lambda y, x: operator.setitem(y, (slice(None), 2), operator.iadd(y[:, 2] * 1, x[:, 1]))),
]

_CHANGES = [
    ("relu of channels", lambda y, x: F.relu(y[:, 1:3], inplace=True)),
    ("relu6 of channels", lambda y, x: F.relu6(y[:, 1:3], inplace=True)),
    ("leaky relu of a flattened map", lambda y, x: F.leaky_relu(y.view(2, -1)[:, 5:40], 0.2, inplace=True)),
    ("elu of a transposed map", lambda y, x: F.elu(y.transpose(2, 3)[:, :, 1:3], inplace=True)),
    ("a product", lambda y, x: y[:, 2:4].mul_(x[:, 1:3])), ("a sum", lambda y, x: operator.iadd(y[:, 2:4], 3)),
    ("limits", lambda y, x: y[..., 2].clamp_(-0.5, 0.5)), ("a copy", lambda y, x: y[:, 2].copy_(x[:, 0])),
    ("numbers for a mask", lambda y, x: y[:, 2].masked_fill_(x[:, 0] > 0, -1.5)),
    ("one number", lambda y, x: y[:, 2].fill_(0.5)), ("zeros", lambda y, x: y[:, 2].zero_()),
]


def _boxes(x: torch.Tensor) -> torch.Tensor:
    y = x.view(2, 2, 5, 4, 3).permute(0, 1, 3, 4, 2).contiguous()
    y[..., 0:2] = torch.sigmoid(y[..., 0:2]) * 2 - 0.5
    y[..., 4:] = torch.sigmoid(y[..., 4:])
    return y.view(2, -1, 5)


ROWS = [case._replace(refused=_REFUSED.get(case.id)) for case in _PICKS] + _PARTS + [
    Case("pad, " + name, of(function)) for name, function in _PADS
] + [
    Case("write, " + name, of(_changed(change))) for name, change in _WRITES
] + [
    Case("write, to a view, as detectors do", of(_boxes), [(2, 10, 4, 3)]),
    Case("write, to a part of a part", of(_changed(lambda y, x: y[:, 2].__setitem__((slice(None), 1), 0.5)))),
    Case("write, to a permuted view", of(_changed(
        lambda y, x: y.permute(0, 3, 1, 2).__setitem__((slice(None), slice(1, 3)), x.permute(0, 3, 1, 2)[:, 2:4])))),
] + [
    Case("in place, " + name, of(_changed(change))) for name, change in _CHANGES
] + [
    Case(name, build, [shape]) for name, build, shape in _PAD_MODULES
] + functions(
    ("elements beyond 16 bits", lambda x: x[:, :, 33000:66000]), ("steps beyond 16 bits", lambda x: x[:, :, 2:65000:3]),
    ("a cut at the far end", lambda x: F.pad(x, (1, -2))), shapes=[(2, 3, 70000)])
