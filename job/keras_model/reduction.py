"""Reductions over axes, and Softmax."""
from typing import Any, Callable

import numpy as np
import tensorflow as tf

from job.axes import as_pytorch
from job.keras_model.activation import Activation, as_onnx, in_order
from job.keras_model.layers import operation
from job.keras_model.registry import Operator, converts


def _converter(function: Callable[..., Any]):
    def convert(operator: Operator, x: Activation) -> Activation:
        return _reduced(operator, x, function)
    return convert


for _op, _function in (("ReduceMean", tf.reduce_mean), ("ReduceSum", tf.reduce_sum), ("ReduceMax", tf.reduce_max),
                       ("ReduceMin", tf.reduce_min)):
    converts(_op, attributes={"axes": None, "keepdims": None})(_converter(_function))


def _reduced(operator: Operator, x: Activation, function: Callable[..., Any]) -> Activation:
    axes = {axis % x.rank for axis in operator.attributes.get("axes", range(x.rank))}
    keepdims = bool(operator.attributes.get("keepdims", 1))
    places = sorted(x.axis(axis) for axis in axes)
    tensor = operation(lambda t: function(t, axis=places, keepdims=keepdims), x.tensor, operator.name)
    order = x.order if keepdims else _renumbered([axis for axis in x.order if axis not in axes])
    return Activation(tensor, order, x.nonnegative, operator.name if 0 in axes else "")


def _renumbered(axes) -> tuple:
    ranked = sorted(axes)
    return tuple(ranked.index(axis) for axis in axes)


@converts("Softmax", attributes={"axis": None})
def softmax(operator: Operator, x: Activation) -> Activation:
    """ONNX's Softmax up to opset 12 is over all axes from `axis` on, taken together."""
    axis = operator.attributes.get("axis", 1) % x.rank
    shape = operator.input_shape
    if int(np.prod(shape[axis:])) == shape[axis]:  # one axis of more than one element
        rest = tuple(place for place in x.order if place != axis)
        x = in_order(x, rest + (axis,))
        return x._replace(tensor=operation(tf.nn.softmax, x.tensor, operator.name), nonnegative=True)
    x = as_onnx(x)
    flat = (-1, int(np.prod(shape[axis:])))
    target = (-1,) + shape[1:]
    tensor = operation(lambda t: tf.reshape(tf.nn.softmax(tf.reshape(t, flat)), target), x.tensor, operator.name)
    return Activation(tensor, as_pytorch(x.rank), True, operator.name if axis == 0 else "")
