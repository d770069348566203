"""Writing to computed places of an axis: one-hot codes, counts of each place."""
from typing import Any

import torch

from job.onnx_model.scattering import added_where
from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, constant, number, said_with, sizes, sliced

MOST_WRITES = 64  # to each line of the axis: every one is a choice over the whole tensor


@exports("scatter")
def scatter(g: Any, x: Any, dim: Any, index: Any, source: Any) -> Any:
    """One step for each index along the axis: of several writes to one place, the last is seen."""
    axis, shape = axis_of(x, dim), sizes(x)
    writes = sizes(index)[axis]
    if writes > MOST_WRITES or x.type().scalarType() != "Float":
        return None
    along = [-1 if each == axis else 1 for each in range(len(shape))]
    places = g.op("Constant", value_t=torch.arange(shape[axis]).reshape(along))
    for turn in range(writes):
        there = g.op("Equal", sliced(g, index, axis, turn, turn + 1), places)
        x = g.op("Where", there, _written(g, source, axis, turn), x)
    return x


@exports("scatter_add")
def scatter_add(g: Any, x: Any, dim: Any, index: Any, source: Any) -> Any:
    """PyTorch 1.1 wants an index for all of the other axes."""
    axis = axis_of(x, dim)
    return _added(g, x, axis, index, source, sizes(index)[axis], False)


@exports("index_add")
def index_add(g: Any, x: Any, dim: Any, index: Any, source: Any) -> Any:
    return _added(g, x, axis_of(x, dim), index, source, sizes(index)[0], True)


def _added(g: Any, x: Any, axis: int, places: Any, source: Any, count: int, of_rows: bool) -> Any:
    if x.type().scalarType() != "Float":
        return None
    return added_where(said_with(g), x, source, places, axis, tuple(sizes(x)), count, of_rows)


def _written(g: Any, source: Any, axis: int, turn: int) -> Any:
    """A number is written everywhere."""
    if source.isCompleteTensor() and sizes(source):
        return sliced(g, source, axis, turn, turn + 1)
    return constant(g, number(source))
