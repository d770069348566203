"""Operators on pairs of tensors, with ONNX's broadcasting."""
from typing import Any, Callable

import numpy as np
import tensorflow as tf

from job.axes import MOST_AXES, Order, as_pytorch
from job.keras_model.activation import Activation, Operand, constant_in_order, in_order, with_leading_ones
from job.keras_model.before_ones import with_constant
from job.keras_model.constants import beside
from job.keras_model.few_axes import broadcast, broadcast_sizes, reshaped
from job.keras_model.layers import operation
from job.keras_model.registry import Operator, converts
from job.values import Shape


def register_binary(op: str, function: Callable[[Any, Any], Any]) -> None:
    """Registers a function of two tensors that broadcasts as TensorFlow's own do."""
    @converts(op)
    def convert(operator: Operator, left: Operand, right: Operand) -> Activation:
        return _applied(operator, function, left, right)


for _op, _function in (("Add", tf.add), ("Sub", tf.subtract), ("Mul", tf.multiply), ("Div", tf.divide),
                       ("Pow", tf.pow), ("Max", tf.maximum), ("Min", tf.minimum)):
    register_binary(_op, _function)


@converts("Mod", attributes={"fmod": None})
def remainder(operator: Operator, left: Operand, right: Operand) -> Activation:
    """Of the divisor's sign, or with fmod of the dividend's."""
    return _applied(operator, _fmod if operator.attributes.get("fmod", 0) else tf.floormod, left, right)


def _fmod(x: Any, y: Any) -> Any:
    sign = np.float32(1) - np.float32(2) * tf.cast(tf.less(x, np.float32(0)), tf.float32)
    return tf.floormod(tf.abs(x), tf.abs(y)) * sign


@converts("Sum")
def total(operator: Operator, *operands: Operand) -> Activation:
    result, shape = operands[0], operator.input_shape
    for operand, other in zip(operands[1:], operator.input_shapes[1:]):
        result = _applied(operator._replace(input_shapes=(shape, other)), tf.add, result, operand)
        shape = np.broadcast(np.empty(shape), np.empty(other)).shape
    return result


def _applied(operator: Operator, function: Callable[[Any, Any], Any], left: Operand, right: Operand) -> Activation:
    order = common_order(operator, left, right)
    nonnegative = operator.op in ("Add", "Mul", "Max", "Sum") and all(map(_nonnegative, (left, right)))
    fixed_by = batch_fixed_by(operator, left, right)
    if isinstance(left, np.ndarray) and operator.op == "Sub":
        function = _minus_from
    if _keeps_shape(operator, left, right):
        return with_constant(left, right, lambda t, value: function(t, beside(value, t)), operator.name,
                             nonnegative)._replace(fixed_by=fixed_by)
    if _keeps_shape(operator, right, left):
        return with_constant(right, left, lambda t, value: _of_constant(function, value, t), operator.name,
                             nonnegative)._replace(fixed_by=fixed_by)
    if len(order) > MOST_AXES:
        return _on_few_axes(operator, function, left, right, order)._replace(nonnegative=nonnegative, fixed_by=fixed_by)
    function = of_fixed_shape(function, [operator.output_shape[axis] for axis in order]) if fixed_by else function
    left, right = (aligned(operand, order, operator.name) for operand in (left, right))
    if isinstance(left, np.ndarray):
        tensor = operation(lambda t: _of_constant(function, left, t), right, operator.name)
    elif isinstance(right, np.ndarray):
        tensor = operation(lambda t: function(t, beside(right, t)), left, operator.name)
    else:
        tensor = operation(function, [left, right], operator.name)
    return Activation(tensor, order, nonnegative, fixed_by)


def _on_few_axes(operator: Operator, function: Callable[[Any, Any], Any], left: Operand, right: Operand,
                 order: Order) -> Activation:
    """Of more axes than TensorFlow Lite broadcasts."""
    operands = [_in_full_rank(operand, order, operator.name) for operand in (left, right)]
    sizes = [operand.sizes if isinstance(operand, Activation) else operand.shape for operand in operands]
    if batch_fixed_by(operator, left, right):  # the batch may stand beside any axis, and its size decides what is one
        sizes = [_sizes_given(shape, order) for shape in operator.input_shapes]
    few, target = broadcast(function, *sizes), broadcast_sizes(*sizes)

    def run(*tensors: Any) -> Any:
        remaining = iter(tensors)
        return few(*(next(remaining) if isinstance(operand, Activation) else tf.constant(operand)
                     for operand in operands))
    numbers = operation(run, [operand.numbers for operand in operands if isinstance(operand, Activation)], operator.name)
    return Activation(operation(lambda t: reshaped(t, target), numbers, operator.name + ".shaped"), order, root=numbers)


def _sizes_given(shape: Shape, order: Order) -> Shape:
    full = (1,) * (len(order) - len(shape)) + tuple(shape)
    return tuple(full[axis] for axis in order)


def _of_constant(function: Callable[[Any, Any], Any], value: np.ndarray, tensor: Any) -> Any:
    return function(beside(value, tensor), tensor)


def _minus_from(constant: Any, tensor: Any) -> Any:
    """constant - tensor, as a sum: toco 1.14 forgets the sign where it folds such a difference into the layer before."""
    return tensor * beside(np.array(-1, np.float32), tensor) + constant


def of_fixed_shape(function: Callable[..., Any], shape: Any) -> Callable[..., Any]:
    """Where the batch is tied it may stand on another axis, whose size later layers ask for."""
    def run(*tensors: Any) -> Any:
        result = function(*tensors)
        result.set_shape(shape)
        return result
    return run


def _keeps_shape(operator: Operator, x: Operand, constant: Operand) -> bool:
    """Whether a tensor meets a constant that does not enlarge it."""
    if isinstance(constant, Activation) or x.rank != len(operator.output_shape):
        return False
    full = (1,) * (x.rank - constant.ndim) + constant.shape
    return not any(size != 1 and have == 1 for size, have in zip(full, x.onnx_shape))


def _nonnegative(operand: Operand) -> bool:
    return bool(np.all(operand >= 0)) if isinstance(operand, np.ndarray) else operand.nonnegative


def batch_fixed_by(operator: Operator, *operands: Operand) -> str:
    """A constant with a row for each of the batch ties it; so does a batch that is broadcast along another axis."""
    rank = len(operator.output_shape)
    for operand in operands:
        if isinstance(operand, np.ndarray) and operand.ndim == rank and operand.shape[:1] > (1,):
            return operator.name
        if isinstance(operand, Activation) and operand.rank < rank:
            return operator.name
    return ""


def common_order(operator: Operator, *operands: Operand) -> Order:
    """The order of the operand of full rank: the other one follows it."""
    rank = len(operator.output_shape)
    activations = [operand for operand in operands if isinstance(operand, Activation)]
    full = [operand for operand in activations if operand.rank == rank]
    largest = max(full, key=lambda operand: np.prod([size or 1 for size in operand.onnx_shape])) if full else None
    return largest.order if largest is not None else as_pytorch(rank)


def aligned(operand: Operand, order: Order, name: str) -> Any:
    full = _in_full_rank(operand, order, name)
    return full.tensor if isinstance(full, Activation) else full


def _in_full_rank(operand: Operand, order: Order, name: str) -> Operand:
    if isinstance(operand, np.ndarray):
        return constant_in_order(operand, order)
    if operand.rank < len(order):
        operand = with_leading_ones(operand, len(order), name)
    return in_order(operand, order)
