"""Truth values: comparisons, what is done with them, and changes of type."""
from typing import Any, Optional, Union

import numpy as np
import tensorflow as tf

from job.keras_model.activation import Activation, in_order
from job.keras_model.elementwise import register_binary
from job.keras_model.layers import operation
from job.keras_model.pointwise import pointwise
from job.keras_model.registry import Operator, converts, only

_TYPES = {1: tf.float32, 2: tf.uint8, 6: tf.int32, 7: tf.int64, 9: tf.bool}  # ONNX's numbers

for _op, _function in (("Greater", tf.greater), ("Less", tf.less), ("Equal", tf.equal), ("And", tf.logical_and),
                       ("Or", tf.logical_or)):
    register_binary(_op, _function)


@converts("Not")
def logical_not(operator: Operator, x: Activation) -> Activation:
    return pointwise(operator, x, tf.logical_not, False)


@converts("Cast", attributes={"to": only(*_TYPES)})
def cast(operator: Operator, x: Activation) -> Activation:
    kind = _TYPES[operator.attributes["to"]]
    return pointwise(operator, x, lambda t: tf.cast(t, kind), x.nonnegative)


def _refuse_broadcast(operator: Operator) -> Optional[str]:
    """tensors of different shapes, but for single numbers"""
    shapes = {shape for shape in operator.input_shapes if shape is not None and np.prod(shape) != 1}
    return "Where that broadcasts {}".format(sorted(shapes)) if len(shapes) > 1 else None


@converts("Where", refuse=_refuse_broadcast)
def where(operator: Operator, condition: Activation, yes: Union[Activation, np.ndarray],
          no: Union[Activation, np.ndarray]) -> Activation:
    """TensorFlow Lite's SELECT takes equal shapes only: a scalar is spread over them."""
    operands = [in_order(operand, condition.order).tensor for operand in (yes, no) if isinstance(operand, Activation)]

    def select(truth: Any, *tensors: Any) -> Any:
        remaining = iter(tensors)
        zeros = tf.cast(truth, tf.float32) * np.float32(0)
        choices = [next(remaining) if isinstance(operand, Activation) else zeros + operand.reshape(())
                   for operand in (yes, no)]
        return tf.where(truth, *choices)
    tensor = operation(select, [condition.tensor] + operands, operator.name)
    return Activation(tensor, condition.order)
