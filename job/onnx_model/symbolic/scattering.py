"""Writing to computed places of an axis: one-hot codes, counts of each place."""
from typing import Any, Callable

import torch

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, constant, number, sizes, sliced

MOST_WRITES = 64  # to each line of the axis: every one is a choice over the whole tensor


@exports("scatter")
def scatter(g: Any, x: Any, dim: Any, index: Any, source: Any) -> Any:
    """Of several writes to one place, the last is seen."""
    return _in_turn(g, x, dim, index, source, lambda there, written, result: g.op("Where", there, written, result))


@exports("scatter_add")
def scatter_add(g: Any, x: Any, dim: Any, index: Any, source: Any) -> Any:
    def added(there: Any, written: Any, result: Any) -> Any:
        return g.op("Add", result, g.op("Where", there, written, constant(g, 0.0)))
    return _in_turn(g, x, dim, index, source, added)


def _in_turn(g: Any, x: Any, dim: Any, index: Any, source: Any, write: Callable[[Any, Any, Any], Any]) -> Any:
    """One step for each index along the axis; PyTorch 1.1 wants one for all of the other axes."""
    axis, shape = axis_of(x, dim), sizes(x)
    writes = sizes(index)[axis]
    if writes > MOST_WRITES or x.type().scalarType() != "Float":
        return None
    along = [-1 if each == axis else 1 for each in range(len(shape))]
    places = g.op("Constant", value_t=torch.arange(shape[axis]).reshape(along))
    for turn in range(writes):
        there = g.op("Equal", sliced(g, index, axis, turn, turn + 1), places)
        x = write(there, _written(g, source, axis, turn), x)
    return x


def _written(g: Any, source: Any, axis: int, turn: int) -> Any:
    """A number is written everywhere."""
    if source.isCompleteTensor() and sizes(source):
        return sliced(g, source, axis, turn, turn + 1)
    return constant(g, number(source))
