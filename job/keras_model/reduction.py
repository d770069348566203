"""Reductions over axes; the largest element and its place; Softmax."""
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from job.axes import MOST_AXES, as_pytorch
from job.keras_model.activation import Activation, as_onnx, in_order
from job.keras_model.few_axes import Sizes, along, reduced, reshaped
from job.keras_model.layers import operation
from job.keras_model.many_axes import for_along
from job.keras_model.registry import Operator, converts


def _converter(function: Callable[..., Any]):
    def convert(operator: Operator, x: Activation) -> Activation:
        return _reduced(operator, x, function)
    return convert


def _l2(x: Any, axis: Any, keepdims: bool) -> Any:
    return tf.sqrt(tf.reduce_sum(x * x, axis=axis, keepdims=keepdims))


for _op, _function in (("ReduceMean", tf.reduce_mean), ("ReduceSum", tf.reduce_sum), ("ReduceMax", tf.reduce_max),
                       ("ReduceMin", tf.reduce_min), ("ReduceProd", tf.reduce_prod), ("ReduceL2", _l2)):
    converts(_op, attributes={"axes": None, "keepdims": None})(_converter(_function))


def _reduced(operator: Operator, x: Activation, function: Callable[..., Any]) -> Activation:
    axes = {axis % x.rank for axis in operator.attributes.get("axes", range(x.rank))}
    keepdims = bool(operator.attributes.get("keepdims", True))
    places = sorted(x.axis(axis) for axis in axes)
    order = x.order if keepdims else _renumbered([axis for axis in x.order if axis not in axes])
    fixed_by = operator.name if 0 in axes else ""
    if x.rank <= MOST_AXES:
        tensor = operation(lambda t: function(t, axis=places, keepdims=keepdims), x.tensor, operator.name)
        return x.after(tensor, order=order, fixed_by=fixed_by)
    before = x.sizes
    numbers = operation(lambda t: reduced(t, before, places, function), x.numbers, operator.name)
    return x.remade(numbers, operator.name, _left(before, places, keepdims), order=order, fixed_by=fixed_by)


def _left(sizes: Sizes, gone: Sequence[int], keepdims: bool) -> Sizes:
    return [1 if place in gone else size for place, size in enumerate(sizes) if keepdims or place not in gone]


def _renumbered(axes) -> tuple:
    ranked = sorted(axes)
    return tuple(ranked.index(axis) for axis in axes)


def _choice(function: Callable[..., Any]):
    def convert(operator: Operator, x: Activation) -> Activation:
        axis = operator.attributes.get("axis", 0) % x.rank
        place = x.axis(axis)
        keepdims = bool(operator.attributes.get("keepdims", True))

        def chosen(tensor: Any, where: Dict[int, int]) -> Any:
            return function(tensor, axis=where[place])
        before = x.sizes
        numbers = operation(lambda t: along(t, before, [place], chosen), for_along(x), operator.name)
        order = x.order if keepdims else _renumbered([kept for kept in x.order if kept != axis])
        return x.remade(numbers, operator.name, _left(before, [place], keepdims), order=order, nonnegative=True,
                        fixed_by=operator.name if axis == 0 else "")
    return convert


converts("ArgMax", attributes={"axis": None, "keepdims": None})(_choice(tf.argmax))
converts("ArgMin", attributes={"axis": None, "keepdims": None})(_choice(tf.argmin))


@converts("TopK", attributes={"axis": None}, constants=(1,))
def top_k(operator: Operator, x: Activation, k: np.ndarray) -> Tuple[Activation, Activation]:
    """Of equal values TensorFlow takes the first, as PyTorch need not: parity shows it."""
    axis = operator.attributes.get("axis", -1) % x.rank
    x = _with_last(x, axis)
    count = int(k[0])

    def best(tensor: Any) -> List[Any]:
        values, indices = tf.nn.top_k(tensor, count)
        return [values, tf.cast(indices, tf.int64)]
    values, indices = operation(best, x.tensor, operator.name)
    fixed_by = operator.name if axis == 0 else ""
    return Activation(values, x.order, x.nonnegative, fixed_by), Activation(indices, x.order, True, fixed_by)


def _softmax_like(function: Callable[[Any], Any], nonnegative: bool):
    def convert(operator: Operator, x: Activation) -> Activation:
        """ONNX's Softmax up to opset 12 is over all axes from `axis` on, taken together."""
        axis = operator.attributes.get("axis", 1) % x.rank
        shape, fixed_by = operator.input_shape, operator.name if axis == 0 else ""
        if int(np.prod(shape[axis:])) == shape[axis]:  # one axis of more than one element
            return _over_last(_with_last(x, axis), function, operator.name)._replace(nonnegative=nonnegative,
                                                                                     fixed_by=fixed_by)
        x = as_onnx(x)
        flat, target = (-1, int(np.prod(shape[axis:]))), (-1,) + shape[1:]
        tensor = operation(lambda t: tf.reshape(function(tf.reshape(t, flat)), target), x.tensor, operator.name)
        return Activation(tensor, as_pytorch(x.rank), nonnegative, fixed_by)
    return convert


converts("Softmax", attributes={"axis": None})(_softmax_like(tf.nn.softmax, True))
converts("LogSoftmax", attributes={"axis": None})(_softmax_like(tf.nn.log_softmax, False))


def _over_last(x: Activation, function: Callable[[Any], Any], name: str) -> Activation:
    if x.rank <= MOST_AXES:
        return x.after(operation(function, x.tensor, name))
    made = x.numbers.shape.as_list()
    laid = made if len(made) <= MOST_AXES and made[-1] == x.sizes[-1] else (None, x.sizes[-1])
    return x.remade(operation(lambda t: function(reshaped(t, laid)), x.numbers, name), name)


def _with_last(x: Activation, axis: int) -> Activation:
    return in_order(x, tuple(place for place in x.order if place != axis) + (axis,))
