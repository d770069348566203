"""Operators on pairs of tensors, with ONNX's broadcasting."""
from typing import Any, Callable, Union

import numpy as np
import tensorflow as tf

from job.axes import as_pytorch
from job.keras_model.activation import Activation, constant_in_order, in_order
from job.keras_model.layers import operation
from job.keras_model.registry import Operator, converts

Operand = Union[Activation, np.ndarray]


def _converter(function: Callable[[Any, Any], Any]):
    def convert(operator: Operator, left: Operand, right: Operand) -> Activation:
        return _applied(operator, function, left, right)
    return convert


for _op, _function in (("Add", tf.add), ("Sub", tf.subtract), ("Mul", tf.multiply), ("Div", tf.divide),
                       ("Pow", tf.pow)):
    converts(_op)(_converter(_function))

for _op, _function in (("Max", tf.maximum), ("Min", tf.minimum)):
    converts(_op)(_converter(_function))


@converts("Sum")
def total(operator: Operator, *operands: Operand) -> Activation:
    result = operands[0]
    for operand in operands[1:]:
        result = _applied(operator, tf.add, result, operand)
    return result


def _applied(operator: Operator, function: Callable[[Any, Any], Any], left: Operand, right: Operand) -> Activation:
    order = _common_order(operator, left, right)
    nonnegative = all(_nonnegative(operand) for operand in (left, right)) and operator.op in ("Add", "Mul", "Max", "Sum")
    fixed_by = _fixed_by(operator, left, right)
    left, right = (_aligned(operand, order, operator.name) for operand in (left, right))
    if isinstance(left, np.ndarray):
        tensor = operation(lambda t: function(tf.constant(left), t), right, operator.name)
    elif isinstance(right, np.ndarray):
        tensor = operation(lambda t: function(t, tf.constant(right)), left, operator.name)
    else:
        tensor = operation(function, [left, right], operator.name)
    return Activation(tensor, order, nonnegative, fixed_by)


def _nonnegative(operand: Operand) -> bool:
    return bool(np.all(operand >= 0)) if isinstance(operand, np.ndarray) else operand.nonnegative


def _fixed_by(operator: Operator, left: Operand, right: Operand) -> str:
    """A constant with a row for each of the batch ties the batch."""
    rank = len(operator.output_shape)
    for operand in (left, right):
        if isinstance(operand, np.ndarray) and operand.ndim == rank and operand.shape[0] > 1:
            return operator.name
    return ""


def _common_order(operator: Operator, left: Operand, right: Operand):
    """The order of the operand of full rank: the other one follows it."""
    rank = len(operator.output_shape)
    activations = [operand for operand in (left, right) if isinstance(operand, Activation)]
    full = [operand for operand in activations if operand.rank == rank]
    largest = max(full, key=lambda operand: np.prod([size or 1 for size in operand.onnx_shape])) if full else None
    return largest.order if largest is not None else as_pytorch(rank)


def _aligned(operand: Operand, order, name: str) -> Any:
    if isinstance(operand, np.ndarray):
        return constant_in_order(operand, order)
    if operand.rank < len(order):
        operand = _expanded(operand, len(order), name)
    return in_order(operand, order).tensor


def _expanded(x: Activation, rank: int, name: str) -> Activation:
    """Leading axes of one are added, as broadcasting does: the batch of such a tensor is not axis 0 any more."""
    x = in_order(x, as_pytorch(x.rank))
    shape = (1,) * (rank - x.rank) + tuple(size or -1 for size in x.onnx_shape)
    tensor = operation(lambda t: tf.reshape(t, shape), x.tensor, name + ".expanded")
    return Activation(tensor, as_pytorch(rank), x.nonnegative, name)
