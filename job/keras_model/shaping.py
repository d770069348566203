"""Operators that move elements and change none."""
from typing import Optional, Tuple, Union

import numpy as np
import tensorflow as tf

from job.axes import as_pytorch
from job.keras_model.activation import (
    Activation, as_onnx, constant_in_order, in_order, unreshaped, with_leading_ones, with_ones,
)
from job.keras_model.layers import operation
from job.keras_model.registry import Operator, converts, only

Operand = Union[Activation, np.ndarray]


@converts("Reshape", constants=(1,))
def reshape(operator: Operator, x: Activation, target: np.ndarray) -> Activation:
    """Batch first before and after: any batch will do. Else the size given is tied."""
    before, after = operator.input_shape, operator.output_shape
    for laid in (x, as_onnx(x)):
        order = _order_without_ones(laid.order, before, after)
        if order is not None:
            return with_ones(laid, laid.onnx_shape[:1] + after[1:], order, operator.name)
    x, order = as_onnx(x), as_pytorch(len(after))
    free = bool(before) and bool(after) and (before[0] == after[0] or target[0] == -1)
    shape = ((-1,) if free else after[:1]) + after[1:]
    tensor = operation(lambda t: tf.reshape(t, shape), unreshaped(x), operator.name)
    return Activation(tensor, order, x.nonnegative, "" if free else operator.name, root=unreshaped(x))


def _order_without_ones(order, before, after):
    """The order to keep where only axes of size one come or go, wherever they are; None in any other case."""
    kept = [axis for axis, size in enumerate(before) if size != 1 or axis == 0]
    left = [axis for axis, size in enumerate(after) if size != 1 or axis == 0]
    if [before[axis] for axis in kept] != [after[axis] for axis in left] or order[0] != 0:
        return None
    renamed = {old: new for old, new in zip(kept, left)}
    moved = [renamed[axis] for axis in order if axis in renamed]
    ones = [axis for axis in range(len(after)) if axis not in left]
    return tuple(moved[:1] + ones + moved[1:])


@converts("Transpose", attributes={"perm": None})
def transpose(operator: Operator, x: Activation) -> Activation:
    """No operator at all: the same tensor, in another order."""
    perm = tuple(operator.attributes.get("perm") or reversed(range(x.rank)))
    return x.transposed(perm)._replace(fixed_by=operator.name if perm[0] != 0 else "")


@converts("Concat", attributes={"axis": None})
def concat(operator: Operator, *parts: Operand) -> Activation:
    activations = [part for part in parts if isinstance(part, Activation)]
    first = activations[0]
    place = first.axis(operator.attributes["axis"])
    if len(activations) < len(parts):
        return _concat_with_constants(operator, parts, first.order, place)
    tensors = [in_order(part, first.order).tensor for part in activations]
    if len(tensors) > 1 and all(tensor is tensors[0] for tensor in tensors):
        tensor = _repeated(tensors[0], operator.input_shape[first.order[place]], len(tensors), place, operator.name)
    else:
        tensor = operation(lambda *values: tf.concat(values, place), tensors, operator.name)
    fixed_by = operator.name if operator.attributes["axis"] == 0 else ""
    return Activation(tensor, first.order, all(part.nonnegative for part in activations), fixed_by)


def _concat_with_constants(operator: Operator, parts: Tuple[Operand, ...], order, place: int) -> Activation:
    tensors = [in_order(part, order).tensor for part in parts if isinstance(part, Activation)]

    def joined(*values):
        remaining = iter(values)
        return tf.concat([tf.constant(constant_in_order(part, order)) if isinstance(part, np.ndarray)
                          else next(remaining) for part in parts], place)
    tensor = operation(joined, tensors if len(tensors) > 1 else tensors[0], operator.name)
    return Activation(tensor, order, False, operator.name)


@converts("Pad", attributes={"mode": only("constant", "reflect"), "pads": None, "value": None})
def pad(operator: Operator, x: Activation) -> Activation:
    """A negative pad cuts off."""
    pads = operator.attributes["pads"]
    pairs = [(pads[axis], pads[axis + x.rank]) for axis in x.order]
    mode = operator.attributes.get("mode", "constant")
    value = operator.attributes.get("value", 0.0)

    def padded(tensor):
        if any(min(pair) < 0 for pair in pairs):
            tensor = tensor[tuple(slice(-min(begin, 0), min(end, 0) or None) for begin, end in pairs)]
        grown = [(max(begin, 0), max(end, 0)) for begin, end in pairs]
        return tf.pad(tensor, grown, mode, constant_values=value) if any(map(any, grown)) else tensor
    nonnegative = x.nonnegative and (mode != "constant" or value >= 0)
    return x.after(operation(padded, x.tensor, operator.name), nonnegative=nonnegative)


@converts("Slice", constants=(1, 2, 3, 4))
def slice_axes(operator: Operator, x: Activation, starts: np.ndarray, ends: np.ndarray,
               axes: Optional[np.ndarray] = None, steps: Optional[np.ndarray] = None) -> Activation:
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    cuts, fixed_by = [slice(None)] * x.rank, ""
    for axis, start, end, step in zip(axes, starts, ends, steps):
        size = operator.input_shape[axis]
        cut = slice(*slice(int(start), int(end), int(step)).indices(size))
        if len(range(*cut.indices(size))) != size or step != 1:
            cuts[x.axis(axis)] = _within(cut)
            fixed_by = operator.name if axis % x.rank == 0 else fixed_by
    return x.after(operation(lambda t: t[tuple(cuts)], x.tensor, operator.name), fixed_by=fixed_by)


def _within(cut: slice) -> slice:
    """Backwards to the first element ends at -1, which a slice would count from the end."""
    return slice(cut.start, None if cut.stop < 0 else cut.stop, cut.step)


@converts("Split", attributes={"axis": None, "split": None})
def split(operator: Operator, x: Activation) -> Tuple[Activation, ...]:
    axis = operator.attributes.get("axis", 0)
    sizes = [shape[axis] for shape in operator.output_shapes]
    place = x.axis(axis)
    parts = operation(lambda t: tf.split(t, sizes, place), x.tensor, operator.name)
    fixed_by = operator.name if axis % x.rank == 0 else ""
    return tuple(x.after(part, fixed_by=fixed_by) for part in parts)


@converts("Expand", "Tile", constants=(1,))
def repeat(operator: Operator, x: Activation, _: np.ndarray) -> Activation:
    """As often as the output's shape says; a broadcast is a repetition of axes of one."""
    rank = len(operator.output_shape)
    if x.rank < rank:
        x = with_leading_ones(x, rank, operator.name)
    before = (1,) * (rank - len(operator.input_shape)) + operator.input_shape
    times = [operator.output_shape[axis] // before[axis] for axis in x.order]
    fixed_by = x.fixed_by or (operator.name if times[x.axis(0)] != 1 else "")
    places = [place for place, count in enumerate(times) if count != 1]
    if len(places) == 1:
        tensor = _repeated(x.tensor, before[x.order[places[0]]], times[places[0]], places[0], operator.name)
    else:
        tensor = operation(lambda t: tf.tile(t, times), x.tensor, operator.name)
    return x.after(tensor, fixed_by=fixed_by)


def _repeated(tensor, size: int, times: int, place: int, name: str):
    """A Gather: toco 1.14 takes a Concat of one tensor, or a Tile of one axis, for a broadcast, and drops it before
    arithmetic."""
    indices = np.tile(np.arange(size, dtype=np.int32), times)
    return operation(lambda t: tf.gather(t, indices, axis=place), tensor, name)
