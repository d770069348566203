"""Elements that are told by their indices, of one axis or of several at once: all become places in one row."""
from typing import Sequence, Union

import numpy as np
from onnx import TensorProto

from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Node, Rewrite, View
from job.onnx_model.opsets.newer.attributes import constant_input, plain, refused
from job.onnx_model.opsets.newer.registry import newer
from job.onnx_model.whole_numbers import EXACT
from job.values import Shape, elements


@newer(11, "GatherElements")
def gather_elements(node: Node, view: View) -> Rewrite:
    """Every other axis has the index's own place."""
    shape, parts = view.shape(node.inputs[0]), Parts(node, view)
    axis = node.attributes.get("axis", 0) % len(shape)
    own, steps = np.indices(view.shape(node.inputs[1]), np.int64), _steps(shape)
    own[axis] = 0
    places = _indices(node, view, parts, shape[axis]).times(steps[axis]).plus(_places(own, steps))
    return parts.ending(parts.op("Gather", _rows(node.inputs[0], (), parts), places.whole(), axis=0))


@newer(11, "GatherND")
def gather_nd(node: Node, view: View) -> Rewrite:
    """The last axis of the indices counts along so many axes, behind those that both have in common."""
    shape, indices, parts = view.shape(node.inputs[0]), view.shape(node.inputs[1]), Parts(node, view)
    common = node.attributes.get("batch_dims", 0)
    count = common + indices[-1]
    steps = _steps(shape[:count])
    own = np.indices(shape[:common] + (1,) * (len(indices) - 1 - common), np.int64)
    told = _indices(node, view, parts, shape[common:count]).times(steps[common:]).summed()
    places = told.plus(_places(own, steps[:common]))
    return parts.ending(parts.op("Gather", _rows(node.inputs[0], shape[count:], parts), places.whole(), axis=0))


@newer(11, "ScatterND")
def scatter_nd(node: Node, view: View) -> Rewrite:
    """Where the places are constants: of the rows of both, one behind the other, the later stand at these places."""
    plain(node, reduction="none")
    shape, parts, indices = view.shape(node.inputs[0]), Parts(node, view), constant_input(node, view, 1, "indices")
    count = indices.shape[-1]
    told = _indices(node, view, parts, shape[:count]).times(_steps(shape[:count])).summed().whole().reshape(-1)
    order = np.arange(elements(shape[:count]))
    order[told] = len(order) + np.arange(len(told))
    both = parts.op("Concat", *(_rows(name, shape[count:], parts) for name in node.inputs[::2]), axis=0)
    return parts.ending(parts.op("Reshape", parts.op("Gather", both, order, axis=0), np.array(shape, np.int64)))


class _Indices:
    """Whole numbers: constants, or computed ones, which are counted in float32."""

    def __init__(self, parts: Parts, numbers: Union[np.ndarray, str], rank: int) -> None:
        self._parts, self._numbers, self._rank = parts, numbers, rank

    def times(self, steps: Union[int, np.ndarray]) -> "_Indices":
        return self if np.all(steps == 1) else self._with("Mul", steps)

    def plus(self, start: np.ndarray) -> "_Indices":
        return self._with("Add", start) if np.any(start) else self

    def summed(self) -> "_Indices":
        """Over the last axis."""
        if isinstance(self._numbers, np.ndarray):
            return _Indices(self._parts, self._numbers.sum(-1), self._rank - 1)
        made = self._parts.op("ReduceSum", self._numbers, axes=(self._rank - 1,), keepdims=0)
        return _Indices(self._parts, made, self._rank - 1)

    def whole(self) -> Union[np.ndarray, str]:
        return self._numbers if isinstance(self._numbers, np.ndarray) else self._parts.op(
            "Cast", self._numbers, to=TensorProto.INT64)

    def _with(self, op: str, other: Union[int, np.ndarray]) -> "_Indices":
        if isinstance(self._numbers, np.ndarray):
            made = self._numbers * other if op == "Mul" else self._numbers + other
        else:
            made = self._parts.op(op, self._numbers, np.asarray(other, np.float32))
        return _Indices(self._parts, made, self._rank)


def _indices(node: Node, view: View, parts: Parts, sizes: Union[int, Shape]) -> _Indices:
    """The second input, counted from the first element: one more size for what is below zero."""
    numbers, sizes = view.constant(node.inputs[1]), np.array(sizes)
    if numbers is None and elements(view.shape(node.inputs[0])) > EXACT:
        raise refused(node, "of more than {} elements by computed indices".format(EXACT))
    if numbers is not None:
        numbers = np.where(numbers < 0, numbers + sizes, numbers).astype(np.int64)
    else:
        counted = parts.op("Cast", node.inputs[1], to=TensorProto.FLOAT)
        below = parts.op("Clip", parts.op("Neg", counted), min=0.0, max=1.0)
        numbers = parts.op("Add", counted, parts.op("Mul", below, sizes.astype(np.float32)))
    return _Indices(parts, numbers, len(view.shape(node.inputs[1])))


def _steps(shape: Shape) -> np.ndarray:
    """How many elements lie between one of each axis and the next."""
    return np.array([elements(shape[axis + 1:]) for axis in range(len(shape))], np.int64)


def _places(own: np.ndarray, steps: Sequence[int]) -> np.ndarray:
    return sum((numbers * step for numbers, step in zip(own, steps)), np.zeros((), np.int64))


def _rows(name: str, row: Shape, parts: Parts) -> str:
    """What lies along the first axes, one row behind the other."""
    return parts.op("Reshape", name, np.array((-1,) + tuple(row), np.int64))
