"""A tensor in flight through the walk, and the order its axes are in."""
from typing import Any, NamedTuple, Tuple

import numpy as np
import tensorflow as tf
from keras import backend

from job.axes import Order, as_pytorch, channels_last
from job.keras_model.layers import operation


class Activation(NamedTuple):
    """A Keras tensor: its axis i is axis order[i] of the ONNX tensor it stands for.

    An ONNX Transpose only changes the order; a Permute is laid where an operator needs another one.
    """

    tensor: Any
    order: Order
    nonnegative: bool = False  # known to hold no negative value
    fixed_by: str = ""         # the operator that ties the batch to the size given, if one does

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


def in_order(x: Activation, order: Order) -> Activation:
    """The same tensor with its axes in that order; a Transpose only where it is another."""
    if x.order == order:
        return x
    permutation = tuple(x.order.index(axis) for axis in order)
    if _moves_only_ones(x, permutation):
        return _reshaped(x, order)
    return x._replace(tensor=operation(lambda tensor: tf.transpose(tensor, permutation), x.tensor, "order"), order=order)


def _moves_only_ones(x: Activation, permutation: Tuple[int, ...]) -> bool:
    shape = backend.int_shape(x.tensor)
    kept = [axis for axis in permutation if shape[axis] != 1]
    return kept == sorted(kept) and kept.count(None) == 0 and permutation[0] == 0


def _reshaped(x: Activation, order: Order) -> Activation:
    shape = tuple(x.onnx_shape[axis] for axis in order)
    target = (-1,) + shape[1:]
    return x._replace(tensor=operation(lambda tensor: tf.reshape(tensor, target), x.tensor, "order"), order=order)


def as_onnx(x: Activation) -> Activation:
    return in_order(x, as_pytorch(x.rank))


def as_map(x: Activation) -> Activation:
    return in_order(x, channels_last(x.rank))


def constant_in_order(value: np.ndarray, order: Order) -> np.ndarray:
    """A constant that is broadcast against a tensor of that order."""
    if value.ndim == 0:
        return value
    full = value.reshape((1,) * (len(order) - value.ndim) + value.shape)
    return np.ascontiguousarray(full.transpose(order))
