"""Elements that are told by their indices, of one axis or of several at once: all become places in one row."""
from typing import Sequence, Union

import numpy as np
from onnx import TensorProto

from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Node, Rewrite, View
from job.onnx_model.opsets.newer.attributes import refused
from job.onnx_model.opsets.newer.registry import newer
from job.onnx_model.whole_numbers import EXACT
from job.values import Shape, elements


@newer(11, "GatherElements")
def gather_elements(node: Node, view: View) -> Rewrite:
    """Every other axis has the index's own place."""
    shape, parts = view.shape(node.inputs[0]), Parts(node, view)
    axis = node.attributes.get("axis", 0) % len(shape)
    own, steps = np.indices(view.shape(node.inputs[1]), np.int64), steps_of(shape)
    own[axis] = 0
    places = indices_of(node, view, parts, shape[axis]).times(steps[axis]).plus(places_of(own, steps))
    return parts.ending(parts.op("Gather", rows_of(node.inputs[0], (), parts), places.whole(), axis=0))


@newer(11, "GatherND")
def gather_nd(node: Node, view: View) -> Rewrite:
    """The last axis of the indices counts along so many axes, behind those that both have in common."""
    shape, indices, parts = view.shape(node.inputs[0]), view.shape(node.inputs[1]), Parts(node, view)
    common = node.attributes.get("batch_dims", 0)
    count = common + indices[-1]
    steps = steps_of(shape[:count])
    own = np.indices(shape[:common] + (1,) * (len(indices) - 1 - common), np.int64)
    told = indices_of(node, view, parts, shape[common:count]).times(steps[common:]).summed()
    places = told.plus(places_of(own, steps[:common]))
    return parts.ending(parts.op("Gather", rows_of(node.inputs[0], shape[count:], parts), places.whole(), axis=0))


class Indices:
    """Whole numbers: constants, or computed ones, which are counted in float32."""

    def __init__(self, parts: Parts, numbers: Union[np.ndarray, str], rank: int) -> None:
        self._parts, self._numbers, self._rank = parts, numbers, rank

    def times(self, steps: Union[int, np.ndarray]) -> "Indices":
        return self if np.all(steps == 1) else self._with("Mul", steps)

    def plus(self, start: np.ndarray) -> "Indices":
        return self._with("Add", start) if np.any(start) else self

    def summed(self) -> "Indices":
        """Over the last axis."""
        if isinstance(self._numbers, np.ndarray):
            return Indices(self._parts, self._numbers.sum(-1), self._rank - 1)
        made = self._parts.op("ReduceSum", self._numbers, axes=(self._rank - 1,), keepdims=0)
        return Indices(self._parts, made, self._rank - 1)

    def whole(self) -> Union[np.ndarray, str]:
        return self._numbers if isinstance(self._numbers, np.ndarray) else self._parts.op(
            "Cast", self._numbers, to=TensorProto.INT64)

    def _with(self, op: str, other: Union[int, np.ndarray]) -> "Indices":
        if isinstance(self._numbers, np.ndarray):
            made = self._numbers * other if op == "Mul" else self._numbers + other
        else:
            made = self._parts.op(op, self._numbers, np.asarray(other, np.float32))
        return Indices(self._parts, made, self._rank)


def indices_of(node: Node, view: View, parts: Parts, sizes: Union[int, Shape]) -> Indices:
    """The second input, counted from the first element: one more size for what is below zero."""
    numbers, sizes = view.constant(node.inputs[1]), np.array(sizes)
    if numbers is None and elements(view.shape(node.inputs[0])) > EXACT:
        raise refused(node, "of more than {} elements by computed indices".format(EXACT))
    if numbers is not None:
        numbers = np.where(numbers < 0, numbers + sizes, numbers).astype(np.int64)
    else:
        numbers = from_the_first(parts, node.inputs[1], sizes)
    return Indices(parts, numbers, len(view.shape(node.inputs[1])))


def from_the_first(parts: Parts, numbers: str, sizes: Union[int, np.ndarray]) -> str:
    """The same places, in float32: what is below zero counts from the last of so many."""
    counted = parts.op("Cast", numbers, to=TensorProto.FLOAT)
    below = parts.op("Clip", parts.op("Neg", counted), min=0.0, max=1.0)
    return parts.op("Add", counted, parts.op("Mul", below, np.array(sizes, np.float32)))


def steps_of(shape: Shape) -> np.ndarray:
    """How many elements lie between one of each axis and the next."""
    return np.array([elements(shape[axis + 1:]) for axis in range(len(shape))], np.int64)


def places_of(own: np.ndarray, steps: Sequence[int]) -> np.ndarray:
    return sum((numbers * step for numbers, step in zip(own, steps)), np.zeros((), np.int64))


def rows_of(name: str, row: Shape, parts: Parts) -> str:
    """What lies along the first axes, one row behind the other."""
    return parts.op("Reshape", name, np.array((-1,) + tuple(row), np.int64))
