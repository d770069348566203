"""Convolutions that Keras 2.2.4 has no layer for, or lays with operators to spare."""
from typing import Any, Tuple

import keras
import tensorflow as tf
from keras.engine import Layer

from job.values import Shape


class Conv2D(keras.layers.Conv2D):
    """Dilation as the convolution's own attribute, at any stride; Keras moves pixels to the batch and back."""

    def call(self, inputs: Any) -> Any:
        result = tf.nn.conv2d(inputs, self.kernel, [1] + list(self.strides) + [1], self.padding.upper(),
                              dilations=[1] + list(self.dilation_rate) + [1])
        return tf.nn.bias_add(result, self.bias) if self.use_bias else result

    def compute_output_shape(self, input_shape: Any) -> Any:
        sizes = [_output_size(size, kernel, stride, dilation, self.padding) for size, kernel, stride, dilation
                 in zip(input_shape[1:3], self.kernel_size, self.strides, self.dilation_rate)]
        return (input_shape[0],) + tuple(sizes) + (self.filters,)


def _output_size(size: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    return -(-(size if padding == "same" else size - (kernel - 1) * dilation) // stride)


class ConvTranspose2D(Layer):
    """PyTorch's ConvTranspose2d on a channels-last map, without its padding: that is cut from the result."""

    def __init__(self, kernel: Shape, strides: Tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kernel_shape, self._strides = kernel, strides  # (H, W, O, I)

    def build(self, input_shape: Any) -> None:
        self._kernel = self.add_weight("kernel", self._kernel_shape, initializer="zeros")

    def call(self, x: Any) -> Any:
        shape = self.compute_output_shape(x.shape.as_list())
        target = tf.stack([tf.shape(x)[0]] + list(shape[1:]))
        result = tf.nn.conv2d_transpose(x, self._kernel, target, [1] + list(self._strides) + [1], "VALID")
        result.set_shape(shape)
        return result

    def compute_output_shape(self, input_shape: Any) -> Any:
        sizes = [(size - 1) * stride + max(kernel, stride) for size, stride, kernel
                 in zip(input_shape[1:3], self._strides, self._kernel_shape[:2])]
        return (input_shape[0],) + tuple(sizes) + (self._kernel_shape[2],)
