"""A tensor in flight through the walk, and the order its axes are in."""
from typing import Any, Callable, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
import tensorflow as tf
from keras import backend

from job.axes import MOST_AXES, Order, as_pytorch, channels_last
from job.keras_model.few_axes import Sizes, reshaped, transposed
from job.keras_model.layers import operation


class Activation(NamedTuple):
    """A Keras tensor: its axis i is axis order[i] of the ONNX tensor it stands for.

    An ONNX Transpose only changes the order; a Transpose is laid where an operator needs another one.
    """

    tensor: Any
    order: Order
    nonnegative: bool = False  # known to hold no negative value
    fixed_by: str = ""         # the operator that ties the batch to the size given, if one does
    source: Any = None         # the Activation that this one is, with axes of size one put in or left out
    source_axes: Tuple[Optional[int], ...] = ()  # for each ONNX axis, the source's; None of one that was put in
    root: Any = None           # a tensor of the same numbers, one after another, that this one is a Reshape of

    @property
    def numbers(self) -> Any:
        """The tensor in whatever shape it was made: what a Reshape is made from in its place."""
        return self.tensor if self.root is None else self.root

    @property
    def sizes(self) -> Tuple[Any, ...]:
        """Of the tensor's own axes; None where the batch is."""
        return backend.int_shape(self.tensor)

    @property
    def rank(self) -> int:
        return len(self.order)

    @property
    def onnx_shape(self) -> Tuple[Any, ...]:
        """None where the batch is."""
        shape = backend.int_shape(self.tensor)
        return tuple(shape[self.order.index(axis)] for axis in range(self.rank))

    def axis(self, onnx_axis: int) -> int:
        """Where an axis of the ONNX tensor is in this one."""
        return self.order.index(onnx_axis % self.rank)

    def permutation(self, order: Order) -> Order:
        """That a Transpose to another order has."""
        return tuple(self.order.index(axis) for axis in order)

    def after(self, tensor: Any, **changes: Any) -> "Activation":
        """What an operator that keeps the order has made of this tensor."""
        return self._replace(**dict({"tensor": tensor, "source": None, "root": None}, **changes))

    def remade(self, numbers: Any, name: str, sizes: Optional[Sizes] = None, **changes: Any) -> "Activation":
        """What an operator has made in whatever shape: of these sizes, or else of the same as before."""
        target = self.sizes if sizes is None else tuple(sizes)
        if backend.int_shape(numbers) == target:
            return self.after(numbers, **changes)
        tensor = operation(lambda t: reshaped(t, target), numbers, name + ".shaped")
        return self.after(tensor, root=numbers, **changes)

    def transposed(self, perm: Sequence[int]) -> "Activation":
        """ONNX's Transpose: axis i is what axis perm[i] was. The tensor itself stays as it is."""
        return self._replace(order=tuple(perm.index(axis) for axis in self.order),
                             source_axes=tuple(self.source_axes[axis] for axis in perm) if self.source else ())


Operand = Union[Activation, np.ndarray]  # an ONNX constant is an array


def in_order(x: Activation, order: Order) -> Activation:
    """The same tensor with its axes in that order; a Transpose only where it is another.

    Never a Reshape with a Transpose after it: where only axes of one come or go, toco 1.14 swaps the two and gets
    the permutation wrong. What such a Reshape was made from is transposed in its place.
    """
    if x.order == order:
        return x
    if x.source is not None:
        return _of_source(x, order)
    permutation = x.permutation(order)
    if _moves_only_ones(x, permutation):
        return with_ones(x, x.onnx_shape, order, "order")
    sizes = x.sizes
    if x.rank > MOST_AXES:
        numbers = operation(lambda t: _as_number(t, lambda n: transposed(n, sizes, permutation)), x.numbers, "order")
        return x.remade(numbers, "order", [sizes[place] for place in permutation], order=order)
    tensor = operation(lambda t: _as_number(t, lambda n: tf.transpose(n, permutation)), x.tensor, "order")
    return x.after(tensor, order=order)


def _as_number(tensor: Any, move: Callable[[Any], Any]) -> Any:
    """TensorFlow Lite 1.14 moves no truth values."""
    if tensor.dtype != tf.bool:
        return move(tensor)
    return tf.greater(move(tf.cast(tensor, tf.float32)), 0.5)  # toco puts a Cast before the Transpose again


def with_ones(x: Activation, shape: Tuple[Any, ...], order: Order, name: str) -> Activation:
    """x in another ONNX shape that differs by axes of size one only, its axes in that order.

    The axes that are not one must come in the order that they are in already.
    """
    target = tuple(-1 if shape[axis] is None else shape[axis] for axis in order)
    tensor = operation(lambda t: tf.reshape(t, target), x.numbers, name)
    theirs = dict(zip([axis for axis in order if shape[axis] != 1],
                      [axis for axis in x.order if x.onnx_shape[axis] != 1]))
    return x._replace(tensor=tensor, order=order, source=x, root=x.numbers,
                      source_axes=tuple(theirs.get(axis) for axis in range(len(shape))))


def with_leading_ones(x: Activation, rank: int, name: str) -> Activation:
    """Broadcasting's own: what was the batch is axis 0 no more, so the batch is tied."""
    added = rank - x.rank
    shape = (1,) * added + x.onnx_shape
    order = tuple(range(added)) + tuple(axis + added for axis in x.order)
    return with_ones(x, shape, order, name + ".expanded")._replace(fixed_by=name)


def _of_source(x: Activation, order: Order) -> Activation:
    wanted = tuple(x.source_axes[axis] for axis in order if x.source_axes[axis] is not None)
    ones = tuple(axis for axis in range(x.source.rank) if axis not in wanted)
    return with_ones(in_order(x.source, wanted + ones), x.onnx_shape, order, "order")


def _moves_only_ones(x: Activation, permutation: Tuple[int, ...]) -> bool:
    shape = backend.int_shape(x.tensor)
    kept = [axis for axis in permutation if shape[axis] != 1]
    return kept == sorted(kept)


def as_onnx(x: Activation) -> Activation:
    return in_order(x, as_pytorch(x.rank))


def as_map(x: Activation) -> Activation:
    return in_order(x, channels_last(x.rank))


def constant_in_order(value: np.ndarray, order: Order) -> np.ndarray:
    """A constant that is broadcast against a tensor of that order."""
    full = value.reshape((1,) * (len(order) - value.ndim) + value.shape)
    return np.ascontiguousarray(full.transpose(order))
