"""Picking elements: steps, constant indices, repetition, replicated borders, and a slope for each channel."""
from typing import Any

import torch
from torch.onnx import symbolic

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, constant, constant_tensor, gather, integer, integers, sizes


@exports("slice")
def slice_axis(g: Any, x: Any, dim: Any, start: Any, end: Any, step: Any) -> Any:
    """torch 1.1 leaves a step out without a word."""
    if any(each.node().kind() != "onnx::Constant" for each in (dim, start, end, step)):
        return None
    axis = axis_of(x, dim)
    bounds, size = slice(integer(start), integer(end), integer(step)), sizes(x)[axis]
    picked = range(*bounds.indices(size))
    if picked == range(size):
        return x
    if bounds.step == 1 and len(picked):
        return g.op("Slice", x, axes_i=[axis], starts_i=[picked[0]], ends_i=[picked[-1] + 1])
    return gather(g, x, picked, axis)


@exports("select")
def select(g: Any, x: Any, dim: Any, index: Any) -> Any:
    """One element of an axis, which goes away. torch 1.1 takes -1 for an empty slice."""
    axis = axis_of(x, dim)
    return g.op("Gather", x, index, axis_i=axis)


@exports("index")
def index(g: Any, x: Any, indices: Any) -> Any:
    """x[:, [2, 1, 0]]: one axis, constant indices."""
    values = enumerate(symbolic._unpack_list(indices))
    given = [(axis, value) for axis, value in values if not value.node().mustBeNone()]
    if len(given) != 1:
        return None
    axis, value = given[0]
    picks = constant_tensor(value)
    if picks is None or picks.dim() != 1 or str(picks.dtype) == "torch.uint8":
        return None
    size = sizes(x)[axis]
    return gather(g, x, [pick % size for pick in picks.tolist()], axis)


@exports("replication_pad1d", "replication_pad2d", "replication_pad3d")
def replication_pad(g: Any, x: Any, padding: Any) -> Any:
    """Every border pixel picked again: (left, right, top, bottom, ...), the last axis first."""
    pads, before = integers(padding), sizes(x)
    for number in range(len(pads) // 2):
        axis, (begin, end) = len(before) - 1 - number, pads[2 * number:2 * number + 2]
        if begin or end:
            last = before[axis] - 1
            x = gather(g, x, [min(max(place, 0), last) for place in range(-begin, last + 1 + end)], axis)
    return x


@exports("prelu")
def prelu(g: Any, x: Any, slope: Any) -> Any:
    """A slope a channel is broadcast along the channels, which ONNX would take for the last axis."""
    rank = x.type().dim()
    if sizes(slope) != [1] and rank > 2:
        slope = g.op("Unsqueeze", slope, axes_i=list(range(1, rank - 1)))
    return g.op("PRelu", x, slope)


@exports("repeat")
def repeat(g: Any, x: Any, repeats: Any) -> Any:
    times = integers(repeats)
    if len(times) != x.type().dim():
        return None
    return g.op("Tile", x, constant(g, times, torch.int64))


@exports("where")
def where(g: Any, condition: Any, yes: Any, no: Any) -> Any:
    """PyTorch 1.1's truth values are bytes, ONNX's are not."""
    return g.op("Where", g.op("Cast", condition, to_i=9), yes, no)
