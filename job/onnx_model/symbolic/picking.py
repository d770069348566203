"""Elements picked by computed indices."""
from typing import Any, Sequence

import torch
from onnx import TensorProto

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, constant, integer, reshaped, sizes
from job.onnx_model.whole_numbers import EXACT

_FROM_THE_FRONT = ("onnx::ArgMax", "onnx::ArgMin", "onnx::TopK")  # whose indices are never counted from the end


@exports("gather")
def gather_elements(g: Any, x: Any, dim: Any, indices: Any, *sparse: Any) -> Any:
    """For each index the element of x at that place of the axis, and at the index's own place of every other."""
    axis, shape = axis_of(x, dim), sizes(x)
    if torch.Size(shape).numel() > EXACT:
        return None
    steps = [torch.Size(shape[place + 1:]).numel() for place in range(len(shape))]
    start = torch.zeros(sizes(indices))
    for place, count in enumerate(sizes(indices)):
        if place != axis:
            along = [-1 if each == place else 1 for each in range(len(shape))]
            start += (torch.arange(count) * steps[place]).float().reshape(along)
    step = g.op("Mul", fraction(g, indices), constant(g, float(steps[axis])))
    return g.op("Gather", reshaped(g, x, [-1]), whole(g, g.op("Add", step, g.op("Constant", value_t=start))), axis_i=0)


@exports("one_hot")
def one_hot(g: Any, places: Any, classes: Any) -> Any:
    """Without a number of classes it would be as long as the input's largest asks for."""
    if integer(classes) < 1:
        return None
    return g.op("OneHot", places, constant(g, integer(classes), torch.int64), constant(g, [0, 1], torch.int64), axis_i=-1)


def places_of(g: Any, indices: Sequence[Any], shape: Sequence[int]) -> Any:
    """Computed indices of several axes of these sizes as those of the one that they make together."""
    place = None
    for each, size in zip(indices, shape):
        front = _from_the_front(g, each, size)
        place = front if place is None else g.op("Add", g.op("Mul", place, constant(g, float(size))), front)
    return whole(g, place)


def _from_the_front(g: Any, indices: Any, size: int) -> Any:
    """One more size for those below zero."""
    places = fraction(g, indices)
    if indices.node().kind() in _FROM_THE_FRONT:
        return places
    below = g.op("Clip", g.op("Neg", places), min_f=0.0, max_f=1.0)
    return g.op("Add", places, g.op("Mul", below, constant(g, float(size))))


def whole(g: Any, numbers: Any) -> Any:
    return g.op("Cast", numbers, to_i=TensorProto.INT64)


def fraction(g: Any, numbers: Any) -> Any:
    return g.op("Cast", numbers, to_i=TensorProto.FLOAT)
