"""Truth values: comparisons, what is done with them, and changes of type."""
import functools
from typing import Any, Optional, Sequence

import numpy as np
import tensorflow as tf
from onnx import TensorProto

from job.axes import MOST_AXES
from job.errors import UnsupportedModel
from job.keras_model.activation import Activation, Operand
from job.keras_model.elementwise import aligned, batch_fixed_by, common_order, of_fixed_shape, register_binary
from job.keras_model.layers import operation
from job.keras_model.pointwise import pointwise
from job.keras_model.registry import Operator, converts, only_called

_TYPES = {TensorProto.FLOAT: tf.float32, TensorProto.UINT8: tf.uint8, TensorProto.INT32: tf.int32,
          TensorProto.INT64: tf.int64, TensorProto.BOOL: tf.bool}

for _op, _function in (("Greater", tf.greater), ("Less", tf.less), ("Equal", tf.equal), ("And", tf.logical_and),
                       ("Or", tf.logical_or)):
    register_binary(_op, _function)


@converts("Not")
def logical_not(operator: Operator, x: Activation) -> Activation:
    return pointwise(operator, x, tf.logical_not, True)


@converts("Cast", attributes={"to": only_called({number: kind.name for number, kind in _TYPES.items()})})
def cast(operator: Operator, x: Activation) -> Activation:
    kind = _TYPES[operator.attributes["to"]]
    return pointwise(operator, x, lambda t: tf.cast(t, kind), x.nonnegative)


def _refuse_broadcast(operator: Operator) -> Optional[str]:
    """more than four axes that broadcast; whole numbers of 64 bits that do"""
    smaller = any(shape != operator.output_shape for shape in operator.input_shapes[1:])
    if smaller and operator.input_dtypes[1] == "int64":
        return "Where of int64 that broadcasts {}".format(operator.input_shapes)
    shapes = {shape for shape in operator.input_shapes if np.prod(shape) != 1}
    if len(operator.output_shape) > MOST_AXES and len(shapes) > 1:
        return "Where that broadcasts {}".format(sorted(shapes))
    return None


@converts("Where", refuse=_refuse_broadcast)
def where(operator: Operator, *operands: Operand) -> Activation:
    """TensorFlow Lite's SELECT takes equal shapes only: what is smaller is spread by a sum with zeros."""
    if any(isinstance(each, np.ndarray) and each.dtype == np.int64 for each in operands[1:]):
        raise UnsupportedModel(["Where of a constant of int64 at {}".format(operator.name)],
                               hint="TensorFlow Lite 1.14 has no sum of int64, which would spread it over the batch")
    order = common_order(operator, *operands)
    laid = [aligned(operand, order, operator.name) for operand in operands]
    if len(order) > MOST_AXES:
        target = (-1,) + tuple(operator.output_shape[axis] for axis in order[1:])
        laid = [_in_rows(each, target[-1], operator.name) for each in laid]
    computed = [each for each in laid if not isinstance(each, np.ndarray)]
    is_whole = [shape == operator.output_shape for shape, each in zip(operator.input_shapes, laid)
                if not isinstance(each, np.ndarray)]

    def select(*tensors: Any) -> Any:
        remaining = iter(tensors)
        every = [_constant(each) if isinstance(each, np.ndarray) else next(remaining) for each in laid]
        truth, yes, no = every
        whole = [tensor for tensor, holds in zip(tensors, is_whole) if holds]
        zeros = _zeros(whole[-1:] or [each for each in every if each.shape.num_elements() != 1])
        yes, no = (each if each in whole else each + tf.cast(zeros, each.dtype) for each in (yes, no))
        return tf.where(truth if truth in whole else tf.greater(tf.cast(truth, tf.float32) + zeros, 0.5), yes, no)
    fixed_by = batch_fixed_by(operator, *operands)
    if fixed_by and len(order) <= MOST_AXES:
        select = of_fixed_shape(select, [operator.output_shape[axis] for axis in order])
    tensor = operation(select, computed, operator.name)
    if len(order) <= MOST_AXES:
        return Activation(tensor, order, fixed_by=fixed_by)
    whole = operation(lambda t: tf.reshape(t, target), tensor, operator.name + ".shaped")
    return Activation(whole, order, fixed_by=fixed_by, root=tensor)


def _in_rows(value: Any, columns: int, name: str) -> Any:
    """One number stays one."""
    if isinstance(value, np.ndarray):
        return value.reshape(-1, min(columns, value.size))
    row = (-1, value.shape.as_list()[-1])
    return operation(lambda t: tf.reshape(t, row), value, name + ".rows")


def _constant(value: np.ndarray) -> Any:
    """Truth values as numbers: toco 1.14 casts no constant."""
    return tf.constant(value.astype(np.float32) if value.dtype == np.bool_ else value)


def _zeros(tensors: Sequence[Any]) -> Any:
    """Of the shape that these tensors have together."""
    return functools.reduce(tf.add, [tf.zeros_like(tf.cast(tensor, tf.float32)) for tensor in tensors])
