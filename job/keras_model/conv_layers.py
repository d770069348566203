"""Convolutions that Keras 2.2.4 has no layer for, or lays with operators to spare."""
from typing import Any, Tuple

import keras
import tensorflow as tf

from job.keras_model.layers import Shaped
from job.values import Shape


class Conv2D(Shaped, keras.layers.Conv2D):
    """Dilation as the convolution's own attribute, at any stride; Keras moves pixels to the batch and back."""

    def result(self, inputs: Any) -> Any:
        result = tf.nn.conv2d(inputs, self.kernel, [1] + list(self.strides) + [1], self.padding.upper(),
                              dilations=[1] + list(self.dilation_rate) + [1])
        return tf.nn.bias_add(result, self.bias) if self.use_bias else result


class ConvTranspose2D(Shaped):
    """PyTorch's ConvTranspose2d on a channels-last map, without its padding: that is cut from the result."""

    def __init__(self, kernel: Shape, strides: Tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kernel_shape, self._strides = kernel, strides  # (H, W, O, I)

    def build(self, input_shape: Any) -> None:
        self._kernel = self.add_weight("kernel", self._kernel_shape, initializer="zeros")

    def result(self, x: Any) -> Any:
        sizes = [(size - 1) * stride + max(kernel, stride) for size, stride, kernel
                 in zip(x.shape.as_list()[1:-1], self._strides, self._kernel_shape)]
        target = tf.stack([tf.shape(x)[0]] + sizes + [self._kernel_shape[2]])
        return tf.nn.conv2d_transpose(x, self._kernel, target, [1] + list(self._strides) + [1], "VALID")
