"""Rows that are brought together at constant places of an axis: what each place takes is picked side by side."""
from typing import Any, Dict, NamedTuple, Optional

import numpy as np

from job.onnx_model.graph import Op
from job.values import Shape, elements

MOST = 2 ** 22  # elements that are picked


class _Reduction(NamedTuple):
    op: str
    neutral: Optional[float] = None  # what changes nothing; None where the place's own number may be taken twice


REDUCTIONS = {"add": _Reduction("ReduceSum", 0.0), "mul": _Reduction("ReduceProd", 1.0), "max": _Reduction("ReduceMax"),
              "min": _Reduction("ReduceMin")}  # type: Dict[str, _Reduction]


def brought_together(op: Op, data: Optional[Any], updates: Any, places: np.ndarray, axis: int, shape: Shape,
                     reduction: str) -> Optional[Any]:
    """data of that shape, and for each row of the updates along the axis its place there -> what ONNX's ScatterND makes.

    Data of None is zeros, to which is added. None where too many elements would be picked.
    """
    size, how = shape[axis], REDUCTIONS[reduction]
    own = 0 if data is None else 1
    picks = _side_by_side(places, size, own, size * own, len(places) + size * own)
    if how.neutral is None:
        picks = np.where(picks == len(places) + size * own, np.arange(size)[:, None], picks)
    elif (picks == len(places) + size * own).any():
        updates = op("Pad", updates, mode="constant", value=how.neutral, pads=_one_behind(axis, len(shape)))
    if elements(shape) // size * picks.size > MOST:
        return None
    joined = updates if data is None else op("Concat", data, updates, axis=axis)
    picked = op("Gather", joined, picks.reshape(-1).astype(np.int64), axis=axis)
    if picks.shape[1] == 1:
        return picked
    beside = shape[:axis] + picks.shape + shape[axis + 1:]
    return op(how.op, op("Reshape", picked, np.array(beside, np.int64)), axes=(axis + 1,), keepdims=0)


def added_where(op: Op, data: Optional[Any], updates: Any, places: Any, axis: int, shape: Shape, count: int,
                of_rows: bool) -> Optional[Any]:
    """As `brought_together`, of `count` rows at places that are computed: one for each row, or for each of its elements.

    Each update is chosen for its own place, and zero for all others: what is infinite stays where it belongs.
    """
    if elements(shape) * count > MOST:
        return None
    before, size, behind = elements(shape[:axis]), shape[axis], elements(shape[axis + 1:])
    told = op("Reshape", places, np.array((1, 1, count, 1) if of_rows else (before, 1, count, behind)))
    there = op("Equal", told, np.arange(size).reshape(1, size, 1, 1))
    chosen = op("Where", there, op("Reshape", updates, np.array((before, 1, count, behind))), np.zeros((), np.float32))
    total = op("Reshape", op("ReduceSum", chosen, axes=(2,), keepdims=0), np.array(shape))
    return total if data is None else op("Add", data, total)


def _side_by_side(places: np.ndarray, size: int, own: int, first: int, nothing: int) -> np.ndarray:
    """[size, N]: for each place its own number, where it has one, and those of all that comes there, from `first` on."""
    counts = np.bincount(places, minlength=size)
    picks = np.full((size, max(own + counts.max(), 1)), nothing, np.int64)
    picks[:, :own] = np.arange(size)[:, None]
    order = np.argsort(places, kind="stable")
    turns = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
    picks[places[order], own + turns] = first + order
    return picks


def _one_behind(axis: int, rank: int) -> Shape:
    pads = [0] * (2 * rank)
    pads[rank + axis] = 1
    return tuple(pads)
