"""Picking elements by steps and constant indices, and a slope for each channel."""
from typing import Any, Callable, List, Sequence

import torch
from onnx import TensorProto
from torch.onnx import symbolic

from job.onnx_model.symbolic.picking import places_of
from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import (
    axis_of, constant, constant_tensor, gather, integer, number, reshaped, sizes, sliced,
)
from job.onnx_model.whole_numbers import EXACT


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
        return sliced(g, x, axis, picked[0], picked[-1] + 1)
    return gather(g, x, picked, axis)


@exports("select")
def select(g: Any, x: Any, dim: Any, index: Any) -> Any:
    """One element of an axis, which goes away. torch 1.1 takes -1 for an empty slice."""
    axis = axis_of(x, dim)
    return g.op("Gather", x, index, axis_i=axis)


@exports("index")
def index(g: Any, x: Any, indices: Any) -> Any:
    """x[:, [2, 1, 0]], x[:, [0, 1], [3, 4]] and the like: indices of axes that follow one another."""
    values = symbolic._unpack_list(indices)
    axes = [axis for axis, value in enumerate(values) if not value.node().mustBeNone()]
    if axes != list(range(axes[0], axes[0] + len(axes))):
        return None
    shape = sizes(x)
    places = _one_index(g, [values[axis] for axis in axes], [shape[axis] for axis in axes])
    if len(axes) > 1 and places is not None:
        x = reshaped(g, x, shape[:axes[0]] + [-1] + shape[axes[-1] + 1:])
    return places and g.op("Gather", x, places, axis_i=axes[0])


def _one_index(g: Any, indices: Sequence[Any], shape: Sequence[int]) -> Any:
    """Indices of several axes as those of the one that they make together; None of a computed mask."""
    picks = [constant_tensor(each) for each in indices]
    if all(pick is not None for pick in picks):
        return g.op("Constant", value_t=_places([_numbers(pick) for pick in picks], shape))
    masks = [each for each in indices if each.type().scalarType() not in ("Long", "Int")]
    return None if masks or torch.Size(shape).numel() > EXACT else places_of(g, indices, shape)


def _numbers(pick: torch.Tensor) -> torch.Tensor:
    """Where a mask of one axis is set; any other index as it is."""
    if pick.dtype != torch.uint8:
        return pick
    if pick.dim() != 1:
        raise ValueError("a mask of several axes")
    return pick.nonzero().reshape(-1)


def _places(picks: List[torch.Tensor], shape: Sequence[int]) -> torch.Tensor:
    """Indices of several axes as those of the one that they make together."""
    places = torch.zeros(1, dtype=torch.int64) if len(picks) > 1 else torch.tensor(0)
    for pick, size in zip(torch.broadcast_tensors(*picks), shape):
        places = places * size + pick.fmod(size).add(size).fmod(size)
    return places


@exports("index_select")
def index_select(g: Any, x: Any, dim: Any, picks: Any) -> Any:
    return g.op("Gather", x, picks, axis_i=axis_of(x, dim))


@exports("index_fill")
def index_fill(g: Any, x: Any, dim: Any, picks: Any, value: Any) -> Any:
    places = constant_tensor(picks)
    if places is None:
        return None
    axis, shape = axis_of(x, dim), [1] * x.type().dim()
    shape[axis] = sizes(x)[axis]
    mask = torch.zeros(shape[axis], dtype=torch.uint8).index_fill_(0, places, 1).reshape(shape)
    return g.op("Where", g.op("Cast", g.op("Constant", value_t=mask), to_i=TensorProto.BOOL), constant(g, number(value)), x)


@exports("take")
def take(g: Any, x: Any, picks: Any) -> Any:
    """Of all elements in a row."""
    return g.op("Gather", reshaped(g, x, [-1]), picks, axis_i=0)


@exports("diagonal")
def diagonal(g: Any, x: Any, offset: Any, first: Any, second: Any) -> Any:
    """The two axes become one, of which a step down and right is as long as a row and one."""
    shape, axes = sizes(x), [axis_of(x, first), axis_of(x, second)]
    rest = [axis for axis in range(len(shape)) if axis not in axes]
    rows, columns = (shape[axis] for axis in axes)
    places = torch.arange(rows * columns).reshape(rows, columns).diagonal(integer(offset))
    flat = reshaped(g, g.op("Transpose", x, perm_i=rest + axes), [shape[axis] for axis in rest] + [rows * columns])
    return gather(g, flat, places.tolist(), len(rest))


def _triangle(keep: Callable[[torch.Tensor, int], torch.Tensor]):
    def triangle(g: Any, x: Any, offset: Any) -> Any:
        kept = keep(torch.ones(sizes(x)[-2:]), integer(offset)).to(torch.uint8)
        return g.op("Where", g.op("Cast", g.op("Constant", value_t=kept), to_i=TensorProto.BOOL), x, constant(g, 0.0))
    return triangle


exports("tril")(_triangle(torch.tril))
exports("triu")(_triangle(torch.triu))


@exports("prelu")
def prelu(g: Any, x: Any, slope: Any) -> Any:
    """A slope a channel is broadcast along the channels, which ONNX would take for the last axis."""
    rank = x.type().dim()
    if sizes(slope) != [1] and rank > 2:
        slope = g.op("Unsqueeze", slope, axes_i=list(range(1, rank - 1)))
    return g.op("PRelu", x, slope)
