"""Convolutions that Keras 2.2.4 has no layer for, or lays with operators to spare."""
from typing import Any, Optional

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
    """PyTorch's ConvTranspose2d on a channels-last map: cut to a size as TensorFlow's SAME does, or the full result
    without its padding, for the caller to cut."""

    def __init__(self, kernel: Shape, strides: Shape, same: Optional[Shape], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kernel_shape, self._strides, self._same = kernel, strides, same  # (H, W, O, I), (H, W), (H, W)

    def build(self, input_shape: Any) -> None:
        self._kernel = self.add_weight("kernel", self._kernel_shape, initializer="zeros")

    def result(self, x: Any) -> Any:
        sizes = self._same or [(size - 1) * stride + max(kernel, stride) for size, stride, kernel
                               in zip(x.shape.as_list()[1:-1], self._strides, self._kernel_shape)]
        target = tf.stack([tf.shape(x)[0], *sizes, self._kernel_shape[2]])
        return tf.nn.conv2d_transpose(x, self._kernel, target, [1] + list(self._strides) + [1],
                                      "SAME" if self._same else "VALID")
