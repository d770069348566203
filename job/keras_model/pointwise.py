"""Functions of one tensor, element by element: the order of axes does not matter to them."""
from typing import Any, Callable

import numpy as np
import tensorflow as tf

from job.keras_model.activation import Activation
from job.keras_model.before_ones import elementwise, with_constant
from job.keras_model.registry import Operator, converts


def pointwise(operator: Operator, x: Activation, function: Callable[[Any], Any], nonnegative: bool) -> Activation:
    return elementwise(x, function, operator.name, nonnegative)


def _converter(function: Callable[[Any], Any], nonnegative: bool):
    def convert(operator: Operator, x: Activation) -> Activation:
        return pointwise(operator, x, function, nonnegative)
    return convert


for _op, _function, _is_nonnegative in (
        ("Relu", tf.nn.relu, True), ("Sigmoid", tf.sigmoid, True), ("Tanh", tf.tanh, False), ("Exp", tf.exp, True),
        ("Log", tf.math.log, False), ("Sqrt", tf.sqrt, True), ("Abs", tf.abs, True), ("Neg", tf.negative, False),
        ("Floor", tf.floor, False), ("Ceil", tf.ceil, False), ("Sin", tf.sin, False), ("Cos", tf.cos, False),
        ("Reciprocal", lambda t: np.float32(1) / t, False)):
    converts(_op)(_converter(_function, _is_nonnegative))


@converts("Identity", "Dropout", attributes={"ratio": None})
def identity(operator: Operator, x: Activation) -> Activation:
    return x


@converts("Clip", attributes={"min": None, "max": None})
def clip(operator: Operator, x: Activation) -> Activation:
    """ReLU and ReLU6 where it is one of them: TensorFlow Lite fuses these into the layer before."""
    low = operator.attributes.get("min", -np.inf)
    high = operator.attributes.get("max", np.inf)
    return pointwise(operator, x, lambda t: _clipped(t, low, high), nonnegative=low >= 0)


def _clipped(tensor: Any, low: float, high: float) -> Any:
    if (low, high) == (0, 6):
        return tf.nn.relu6(tensor)
    if low == 0:
        tensor = tf.nn.relu(tensor)
    elif low > np.finfo(np.float32).min:
        tensor = tf.maximum(tensor, np.float32(low))
    return tf.minimum(tensor, np.float32(high)) if high < np.finfo(np.float32).max else tensor


@converts("HardSigmoid", attributes={"alpha": None, "beta": None})
def hard_sigmoid(operator: Operator, x: Activation) -> Activation:
    alpha = np.float32(operator.attributes.get("alpha", 0.2))
    beta = np.float32(operator.attributes.get("beta", 0.5))
    return pointwise(operator, x, lambda t: tf.minimum(tf.nn.relu(t * alpha + beta), np.float32(1)), True)


@converts("LeakyRelu", attributes={"alpha": None})
def leaky_relu(operator: Operator, x: Activation) -> Activation:
    """TensorFlow's own takes the larger of x and alpha * x, which is another function where alpha is above one."""
    alpha = operator.attributes.get("alpha", 0.01)
    if alpha > 1:
        return pointwise(operator, x, lambda t: tf.nn.relu(t) - np.float32(alpha) * tf.nn.relu(-t), False)
    return pointwise(operator, x, lambda t: tf.nn.leaky_relu(t, alpha), False)


@converts("Elu", attributes={"alpha": None})
def elu(operator: Operator, x: Activation) -> Activation:
    """TensorFlow Lite's ELU knows alpha = 1 only; any other is said with exp, clamped so that it cannot overflow."""
    alpha = operator.attributes.get("alpha", 1.0)
    return pointwise(operator, x, lambda t: tf.nn.relu(t) + _negative_exponential(t, alpha), False)


def _negative_exponential(tensor: Any, alpha: float) -> Any:
    """alpha * (exp(min(x, 0)) - 1)"""
    return np.float32(alpha) * (tf.exp(-tf.nn.relu(-tensor)) - np.float32(1))


@converts("Selu", attributes={"alpha": None, "gamma": None})
def selu(operator: Operator, x: Activation) -> Activation:
    alpha = operator.attributes.get("alpha", 1.6732632)
    gamma = operator.attributes.get("gamma", 1.0507010)
    return pointwise(operator, x, lambda t: tf.nn.relu(t) * np.float32(gamma) + _negative_exponential(t, alpha * gamma),
                     False)


@converts("Softplus")
def softplus(operator: Operator, x: Activation) -> Activation:
    """log(1 + exp(x)) in a form that does not overflow, of operators that TensorFlow Lite has."""
    return pointwise(operator, x, lambda t: tf.nn.relu(t) + tf.math.log(tf.exp(-tf.abs(t)) + np.float32(1)), True)


@converts("PRelu", constants=(1,))
def prelu(operator: Operator, x: Activation, slope: np.ndarray) -> Activation:
    return with_constant(x, slope, lambda t, slopes: tf.nn.relu(t) - slopes * tf.nn.relu(-t), operator.name, False)
