"""The two kinds of Keras layers that the converters lay: any function, and PyTorch's Linear."""
import re
from typing import Any, Callable, Optional, Sequence

import numpy as np
import tensorflow as tf
from keras import backend
from keras.engine import Layer

from job.values import Shape


class Shaped(Layer):
    """A layer of a function `result`: TensorFlow says the shape of what it gives, so that Keras need not."""

    def call(self, inputs: Any) -> Any:
        result = self.result(inputs)
        self._shape = ([backend.int_shape(part) for part in result] if isinstance(result, list)
                       else backend.int_shape(result))
        return result

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self._shape


class Operation(Shaped):
    """A function of tensors as a layer.

    Unlike Keras' Lambda it runs the function once, not a second time to learn the output's shape.
    """

    def __init__(self, function: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._function = function

    def result(self, inputs: Any) -> Any:
        return self._function(*inputs) if isinstance(inputs, list) else self._function(inputs)


class Linear(Shaped):
    """x [N, I] -> x @ kernel.T + bias [N, O], the kernel kept as PyTorch has it, [O, I].

    TensorFlow Lite wants that layout too, so nothing is transposed on the way.
    """

    def __init__(self, kernel: Shape, use_bias: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kernel_shape, self._use_bias = kernel, use_bias

    def build(self, input_shape: Any) -> None:
        self._kernel = self.add_weight("kernel", self._kernel_shape, initializer="zeros")
        self._bias = self.add_weight("bias", self._kernel_shape[:1], initializer="zeros") if self._use_bias else None

    def result(self, x: Any) -> Any:
        product = tf.matmul(x, self._kernel, transpose_b=True)
        return tf.nn.bias_add(product, self._bias) if self._use_bias else product


def operation(function: Callable[..., Any], inputs: Any, name: str) -> Any:
    """Applies a function of one tensor, or of a list of tensors, as a Keras layer."""
    return Operation(function, name=layer_name(name))(inputs)


def by_group(layer: Callable[[int, Any], Any], x: Any, group: int, name: str) -> Any:
    """Applies a layer, told its number, to each group of channels, which are the last axis: side by side again."""
    parts = operation(lambda tensor: tf.split(tensor, group, axis=-1), x, name + ".split")
    results = [layer(number, part) for number, part in enumerate(parts)]
    return operation(lambda *tensors: tf.concat(tensors, axis=-1), results, name)


def weighted(layer: Layer, x: Any, weights: Sequence[Optional[np.ndarray]]) -> Any:
    """Applies a layer and leaves its weights on it: they are set all at once, after the walk. None where it has none."""
    result = layer(x)
    layer.values = {read.op.inputs[0].op.name: value for read, value in zip(layer.weights, weights)}
    return result


def layer_name(name: str) -> str:
    """A unique name that TensorFlow allows as a scope."""
    allowed = re.sub(r"[^A-Za-z0-9_.\-]", "_", name)
    allowed = allowed if re.match(r"[A-Za-z0-9.]", allowed) else "layer" + allowed
    number = backend.get_uid(allowed)
    return allowed if number == 1 else layer_name("{}_{}".format(allowed, number))
