"""MatMul: of two activations, of an activation with a constant, of stacks of either."""
from typing import Any, Optional

import numpy as np
import tensorflow as tf

from job.axes import Order, across, as_pytorch
from job.keras_model.activation import Activation, Operand, as_onnx, in_order
from job.keras_model.layers import operation
from job.keras_model.linear import over_last_axis
from job.keras_model.registry import Operator, converts
from job.tensorflow_model.matrix_products import MOST_LARGE, MOST_PAIRS
from job.values import elements

_LEAST_ACROSS = 32  # elements that are summed: fewer, runtimes sum faster along another axis than the last
_LEAST_MOVED_ACROSS = 2 ** 22  # products: so do they what a cache holds


def _refuse_broadcast(operator: Operator) -> Optional[str]:
    """vectors; stacks of different sizes; more than 2^26 products in stacks of more than 4,096 matrices"""
    left, right = operator.input_shapes
    if len(left) < 2 or len(right) < 2 or (len(right) > 2 and left[:-2] != right[:-2]):
        return "MatMul of {} and {}".format(left, right)
    if len(right) > 2 and elements(left) * right[-1] > MOST_PAIRS and elements(left[:-2]) > MOST_LARGE:
        return "MatMul of {} and {}, larger than TensorFlow Lite 1.14 can say".format(left, right)
    return None


@converts("MatMul", refuse=_refuse_broadcast)
def matmul(operator: Operator, left: Operand, right: Operand) -> Activation:
    if isinstance(right, np.ndarray) and right.ndim == 2:
        return over_last_axis(operator, left, right)
    if isinstance(left, np.ndarray):
        right = as_onnx(right)
        tensor = operation(lambda t: tf.matmul(tf.constant(left), t), right.tensor, operator.name)
        return Activation(tensor, right.order, fixed_by=operator.name)
    left = as_onnx(left)
    if isinstance(right, np.ndarray):
        product = operation(lambda t: _of_constant_stack(t, right), left.numbers, operator.name)
        return _unstacked(product, left.order, operator)._replace(fixed_by=operator.name)
    if right.rank == 2:
        return _by_matrix(operator, left, right)
    turned = _is_summed_along_last(operator, right)
    right = in_order(right, across(right.rank)) if turned else as_onnx(right)
    product = operation(lambda x, y: _of_stacks(x, y, operator, turned), [left.numbers, right.numbers], operator.name)
    return _unstacked(product, left.order, operator)


def _is_summed_along_last(operator: Operator, right: Activation) -> bool:
    """Where the shared axis lies last already, unless moving it is the faster."""
    left = operator.input_shape
    if right.order[-1] != right.rank - 2 or left[-1] < _LEAST_ACROSS:
        return False
    return right.order == across(right.rank) or np.prod(left) * operator.output_shape[-1] >= _LEAST_MOVED_ACROSS


def _of_stacks(x: Any, y: Any, operator: Operator, turned: bool = False) -> Any:
    """All axes but the last two come out as one. `turned`: y's last two are transposed."""
    rows, shared = operator.input_shapes[0][-2:]
    columns = operator.output_shape[-1]
    matrix = (columns, shared) if turned else (shared, columns)
    return tf.matmul(tf.reshape(x, (-1, rows, shared)), tf.reshape(y, (-1,) + matrix), transpose_b=turned)


def _by_matrix(operator: Operator, left: Activation, right: Activation) -> Activation:
    """x @ y.T of batches is between their members."""
    turned = right.order != as_pytorch(2)  # which is how TensorFlow Lite wants it
    rows = left.tensor
    if left.rank > 2:
        rows = operation(lambda t: tf.reshape(t, (-1, operator.input_shape[-1])), left.numbers, operator.name + ".rows")
    product = operation(lambda x, y: tf.matmul(x, y, transpose_b=turned), [rows, right.tensor], operator.name)
    made = Activation(product, left.order) if left.rank == 2 else _unstacked(product, left.order, operator)
    return made._replace(fixed_by=operator.name)


def _of_constant_stack(x: Any, right: np.ndarray) -> Any:
    """All axes but the last two are taken as one: of several of which the first is one, toco 1.14 mixes up the matrices."""
    stack = right.reshape((-1,) + right.shape[-2:])
    return tf.matmul(tf.reshape(x, (len(stack), -1, right.shape[-2])), tf.constant(stack))


def _unstacked(product: Any, order: Order, operator: Operator) -> Activation:
    target = (-1,) + operator.output_shape[1:]
    tensor = operation(lambda t: tf.reshape(t, target), product, operator.name + ".shaped")
    return Activation(tensor, order, root=product)
