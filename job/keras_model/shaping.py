"""Operators that move elements and change none."""
from typing import Any, Dict, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from job.axes import MOST_AXES, Order, as_pytorch
from job.keras_model.activation import (
    Activation, Operand, constant_in_order, in_order, with_leading_ones, with_ones,
)
from job.keras_model.axis_blocks import moves
from job.keras_model.cutting import cut
from job.keras_model.few_axes import along, concatenated
from job.keras_model.layers import operation
from job.keras_model.many_axes import along_axes, for_along, sizes_after
from job.keras_model.registry import Operator, converts, only
from job.keras_model.reshape_groups import groups_of, kept_order, order_for_map
from job.values import Shape


@converts("Reshape", constants=(1,))
def reshape(operator: Operator, x: Activation, target: np.ndarray) -> Activation:
    """Any batch will do where it is first before and after. Else the size given is tied."""
    before, after = operator.input_shape, operator.output_shape
    order = _order_without_ones(x.order, before, after)
    if order is not None:
        return with_ones(x, x.onnx_shape[:1] + after[1:], order, operator.name)
    x, order = _laid(x, before, after)
    free = -1 in target[:1]  # free_batch() has said so
    shape = tuple(-1 if free and not axis else after[axis] for axis in order)
    tensor = operation(lambda t: tf.reshape(t, shape), x.numbers, operator.name)
    return Activation(tensor, order, x.nonnegative, "" if free else operator.name, root=x.numbers)


def _laid(x: Activation, before: Shape, after: Shape) -> Tuple[Activation, Order]:
    """x as it may be reshaped, and the order after: as it lies, where every axis that is split or joined lies so."""
    groups = groups_of(before, after)
    order = kept_order(x.order, groups)
    if order is not None:
        return x, order
    orders = [as_pytorch(x.rank)]
    if groups:
        orders.insert(0, order_for_map(groups, len(after)))
    x = in_order(x, min(orders, key=lambda each: len(moves(x.sizes, x.permutation(each)))))
    return x, kept_order(x.order, groups) or as_pytorch(len(after))


def _order_without_ones(order, before, after):
    """The order to keep where only axes of size one come or go, wherever they are; None in any other case."""
    kept = [axis for axis, size in enumerate(before) if size != 1 or axis == 0]
    left = [axis for axis, size in enumerate(after) if size != 1 or axis == 0]
    if [before[axis] for axis in kept] != [after[axis] for axis in left]:
        return None
    renamed = {old: new for old, new in zip(kept, left)}
    moved = [renamed[axis] for axis in order if axis in renamed]
    ones = [axis for axis in range(len(after)) if axis not in left]
    return tuple(moved[:1] + ones + moved[1:])


@converts("Transpose", attributes={"perm": None})
def transpose(operator: Operator, x: Activation) -> Activation:
    """No operator at all: the same tensor, in another order."""
    perm = tuple(operator.attributes.get("perm") or reversed(range(x.rank)))
    if perm[0] == 0:
        return x.transposed(perm)
    sizes = [operator.input_shape[axis] for axis in x.order]  # of a tied batch, too: layers ask for it on other axes
    tensor = operation(lambda t: _of_sizes(t, sizes), x.tensor, operator.name + ".tied")
    return x.after(tensor, fixed_by=operator.name).transposed(perm)


def _of_sizes(tensor: Any, sizes: Sequence[int]) -> Any:
    result = tf.identity(tensor)
    result.set_shape(sizes)
    return result


@converts("Concat", attributes={"axis": None})
def concat(operator: Operator, *parts: Operand) -> Activation:
    activations = [part for part in parts if isinstance(part, Activation)]
    first = activations[0]
    place = first.axis(operator.attributes["axis"])
    fixed_by = operator.name if operator.attributes["axis"] == 0 or len(activations) < len(parts) else ""
    laid = [in_order(part, first.order) if isinstance(part, Activation) else constant_in_order(part, first.order)
            for part in parts]
    if all(isinstance(part, Activation) and part.tensor is first.tensor for part in laid):
        return _repeated(first, {place: len(parts)}, operator)._replace(fixed_by=fixed_by)
    sizes = [part.sizes if isinstance(part, Activation) else part.shape for part in laid]

    def joined(*values):
        remaining = iter(values)
        return concatenated([next(remaining) if isinstance(part, Activation) else tf.constant(part)
                             for part in laid], sizes, place)
    tensors = [for_along(part) for part in laid if isinstance(part, Activation)]
    nonnegative = len(activations) == len(parts) and all(part.nonnegative for part in activations)
    return first.remade(operation(joined, tensors, operator.name), operator.name,
                        sizes_after(first, operator.output_shape), nonnegative=nonnegative, fixed_by=fixed_by)


@converts("Pad", attributes={"mode": only("constant", "reflect"), "pads": None, "value": None})
def pad(operator: Operator, x: Activation) -> Activation:
    """A negative pad cuts off."""
    ends = list(zip(operator.attributes["pads"], operator.attributes["pads"][x.rank:]))
    pairs = {place: ends[axis] for place, axis in enumerate(x.order) if any(ends[axis])}
    left = {place: range(-min(begin, 0), operator.input_shape[x.order[place]] + min(end, 0))
            for place, (begin, end) in pairs.items() if min(begin, end) < 0}
    mode = operator.attributes.get("mode", "constant")
    value = operator.attributes.get("value", 0.0)

    def padded(tensor, where):
        here = {axis: pairs[place] for place, axis in where.items()}
        tensor = cut(tensor, {axis: left[place] for place, axis in where.items() if place in left})
        grown = [tuple(max(each, 0) for each in here.get(axis, (0, 0))) for axis in range(len(tensor.shape))]
        return tf.pad(tensor, grown, mode, constant_values=value) if any(map(any, grown)) else tensor
    nonnegative = x.nonnegative and (mode != "constant" or value >= 0)
    return along_axes(x, list(pairs), padded, operator.output_shape, operator.name, nonnegative=nonnegative)


@converts("Slice", constants=(1, 2, 3, 4))
def slice_axes(operator: Operator, x: Activation, starts: np.ndarray, ends: np.ndarray,
               axes: Optional[np.ndarray] = None, steps: Optional[np.ndarray] = None) -> Activation:
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    picked, fixed_by = {}, ""  # type: Dict[int, range], str
    for axis, start, end, step in zip(axes, starts, ends, steps):
        size = operator.input_shape[axis]
        bounds = slice(int(start), int(end), int(step)).indices(size)
        if range(*bounds) != range(size):
            picked[x.axis(axis)] = range(*bounds)
            fixed_by = operator.name if axis % x.rank == 0 else fixed_by

    def parts(tensor, where):
        return cut(tensor, {axis: picked[place] for place, axis in where.items()})
    return along_axes(x, list(picked), parts, operator.output_shape, operator.name, fixed_by=fixed_by)


@converts("Split", attributes={"axis": None, "split": None})
def split(operator: Operator, x: Activation) -> Tuple[Activation, ...]:
    """Equal parts are SPLIT, which has a kernel of 8 bits; others SPLIT_V, which has none."""
    axis = operator.attributes.get("axis", 0)
    sizes = [shape[axis] for shape in operator.output_shapes]
    place = x.axis(axis)
    before, fixed_by = x.sizes, operator.name if axis % x.rank == 0 else ""

    def parts(tensor, where):
        if tensor.dtype == tf.float32:
            return tf.split(tensor, len(sizes) if len(set(sizes)) == 1 else sizes, where[place])
        ends = np.cumsum(sizes)  # TensorFlow Lite 1.14 splits no integers
        return [cut(tensor, {where[place]: range(end - size, end)}) for size, end in zip(sizes, ends)]
    numbers = operation(lambda t: along(t, before, [place], parts), for_along(x), operator.name)
    return tuple(x.remade(part, operator.name, sizes_after(x, shape), fixed_by=fixed_by)
                 for part, shape in zip(numbers, operator.output_shapes))


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
    if len(places) == 1 or x.rank > MOST_AXES:
        return _repeated(x, {place: times[place] for place in places}, operator)._replace(fixed_by=fixed_by)
    return x.after(operation(lambda t: tf.tile(t, times), x.tensor, operator.name), fixed_by=fixed_by)


def _repeated(x: Activation, times: Dict[int, int], operator: Operator) -> Activation:
    """By Gathers: toco 1.14 takes a Concat of one tensor, or a Tile of one axis, for a broadcast, and drops it before
    arithmetic."""
    def repeated(tensor, where):
        for place, axis in where.items():
            size = operator.output_shape[x.order[place]] // times[place]
            tensor = tf.gather(tensor, np.tile(np.arange(size, dtype=np.int32), times[place]), axis=axis)
        return tensor
    return along_axes(x, list(times), repeated, operator.output_shape, operator.name)
