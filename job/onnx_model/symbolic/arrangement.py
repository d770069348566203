"""Axes turned round, rolled, moved and repeated: elements picked by constant indices, and shapes."""
from typing import Any, List, Sequence

import torch
from torch.onnx import symbolic

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, constant, gather, integer, integers, reshaped, sizes


def _flipped(g: Any, x: Any, shape: Sequence[int], axes: Sequence[int]) -> Any:
    for axis in axes:
        x = gather(g, x, range(shape[axis] - 1, -1, -1), axis)
    return x


@exports("flip")
def flip(g: Any, x: Any, dims: Any) -> Any:
    return _flipped(g, x, sizes(x), [axis % x.type().dim() for axis in integers(dims)])


@exports("roll")
def roll(g: Any, x: Any, shifts: Any, dims: Any) -> Any:
    """Without axes, of all elements in a row."""
    shape, axes, steps = sizes(x), [axis % x.type().dim() for axis in integers(dims)], integers(shifts)
    if not axes:
        count = int(torch.Size(shape).numel())
        return reshaped(g, gather(g, reshaped(g, x, [count]), _rolled(count, steps[0]), 0), shape)
    for axis, step in zip(axes, steps):
        x = gather(g, x, _rolled(shape[axis], step), axis)
    return x


def _rolled(size: int, step: int) -> List[int]:
    return [(place - step) % size for place in range(size)]


@exports("rot90")
def quarter_turns(g: Any, x: Any, k: Any, dims: Any) -> Any:
    turns, (first, second) = integer(k) % 4, (axis % x.type().dim() for axis in integers(dims))
    swapped = list(range(x.type().dim()))
    swapped[first], swapped[second] = second, first
    if turns == 2:
        return _flipped(g, x, sizes(x), [first, second])
    x = _flipped(g, x, sizes(x), {0: [], 1: [second], 3: [first]}[turns])
    return g.op("Transpose", x, perm_i=swapped) if turns else x


@exports("permute")
def permute(g: Any, x: Any, dims: Any) -> Any:
    return g.op("Transpose", x, perm_i=[axis % x.type().dim() for axis in integers(dims)])


@exports("transpose")
def transpose(g: Any, x: Any, first: Any, second: Any) -> Any:
    order = list(range(x.type().dim()))
    left, right = axis_of(x, first), axis_of(x, second)
    order[left], order[right] = right, left
    return g.op("Transpose", x, perm_i=order)


@exports("flatten")
def flatten(g: Any, x: Any, start: Any, end: Any) -> Any:
    shape, first, last = sizes(x), axis_of(x, start), axis_of(x, end)
    if first == 1 and last == len(shape) - 1:
        return g.op("Flatten", x, axis_i=1)
    return reshaped(g, x, shape[:first] + [-1] + shape[last + 1:])


@exports("view_as", "reshape_as")
def view_as(g: Any, x: Any, other: Any) -> Any:
    return reshaped(g, x, sizes(other))


@exports("stack")
def stack(g: Any, tensors: Any, dim: Any) -> Any:
    parts = symbolic._unpack_list(tensors)
    axis = integer(dim) % (parts[0].type().dim() + 1)
    return g.op("Concat", *(g.op("Unsqueeze", part, axes_i=[axis]) for part in parts), axis_i=axis)


@exports("cat")
def cat(g: Any, tensors: Any, dim: Any) -> Any:
    parts = symbolic._unpack_list(tensors)
    return g.op("Concat", *parts, axis_i=axis_of(parts[0], dim))


@exports("expand")
def expand(g: Any, x: Any, size: Any, implicit: Any = None) -> Any:
    """-1 keeps an axis."""
    wanted, have = integers(size), sizes(x)
    kept = [1] * (len(wanted) - len(have)) + have
    shape = [old if new == -1 else new for new, old in zip(wanted, kept)]
    return x if shape == have else g.op("Expand", x, constant(g, shape, torch.int64))


@exports("expand_as")
def expand_as(g: Any, x: Any, other: Any) -> Any:
    return x if sizes(x) == sizes(other) else g.op("Expand", x, constant(g, sizes(other), torch.int64))


@exports("repeat")
def repeat(g: Any, x: Any, repeats: Any) -> Any:
    times, have = integers(repeats), sizes(x)
    if len(times) > len(have):
        x = reshaped(g, x, [1] * (len(times) - len(have)) + have)
    return g.op("Tile", x, constant(g, times, torch.int64))


@exports("repeat_interleave")
def repeat_each(g: Any, x: Any, repeats: Any, dim: Any) -> Any:
    if dim.node().mustBeNone():
        return None
    axis = axis_of(x, dim)
    times = integers(repeats)
    times = times * sizes(x)[axis] if len(times) == 1 else times
    return gather(g, x, [place for place, count in enumerate(times) for _ in range(count)], axis)


@exports("split")
def split(g: Any, x: Any, part: Any, dim: Any) -> Any:
    axis, size = axis_of(x, dim), integer(part)
    whole = sizes(x)[axis]
    return _split(g, x, [min(size, whole - start) for start in range(0, whole, size)], axis)


@exports("split_with_sizes")
def split_with_sizes(g: Any, x: Any, parts: Any, dim: Any) -> Any:
    return _split(g, x, integers(parts), axis_of(x, dim))


@exports("chunk")
def chunk(g: Any, x: Any, chunks: Any, dim: Any) -> Any:
    whole = sizes(x)[axis_of(x, dim)]
    return split(g, x, -(-whole // integer(chunks)), dim)


def _split(g: Any, x: Any, parts: List[int], axis: int) -> Any:
    """The exporter itself gives it an output for each part."""
    return g.op("Split", x, split_i=parts, axis_i=axis, outputs=1)
