"""Conv and ConvTranspose."""
from typing import Any, Optional

import keras
import numpy as np
import tensorflow as tf

from job.axes import CONV_KERNEL_HWIO, DEPTHWISE_KERNEL_HWIM
from job.keras_model.activation import Activation, as_map
from job.keras_model.layers import layer_name, operation, weighted
from job.keras_model.padding import Window, padded, window_of
from job.keras_model.registry import Operator, converts, only

_CONV = {"auto_pad": only("NOTSET", "VALID"), "dilations": None, "group": None, "kernel_shape": None, "pads": None,
         "strides": None}


def _refuse_conv(operator: Operator) -> Optional[str]:
    window = window_of(operator)
    if max(window.dilations) > 1 and max(window.strides) > 1:
        return "Conv with dilations={} and strides={}".format(window.dilations, window.strides)
    if _is_depthwise(operator) and len(set(window.strides)) > 1:
        return "depthwise Conv with unequal strides={}".format(window.strides)
    if _is_depthwise(operator) and len(set(window.dilations)) > 1:
        return "depthwise Conv with unequal dilations={}".format(window.dilations)
    return None


def _is_depthwise(operator: Operator) -> bool:
    group = operator.attributes.get("group", 1)
    return group > 1 and group == operator.input_shape[1]


@converts("Conv", attributes=_CONV, constants=(1, 2), ranks=(4,), refuse=_refuse_conv)
def conv(operator: Operator, x: Activation, kernel: np.ndarray, bias: Optional[np.ndarray] = None) -> Activation:
    window = window_of(operator)
    x, padding = padded(as_map(x), window, operator.name)
    group = operator.attributes.get("group", 1)
    if _is_depthwise(operator):
        tensor = _depthwise(x.tensor, kernel, bias, window, padding, group, operator.name)
    elif group == 1:
        tensor = _dense(x.tensor, kernel, bias, window, padding, operator.name)
    else:
        tensor = _grouped(x.tensor, kernel, bias, window, padding, group, operator.name)
    return Activation(tensor, x.order)


def _weights(kernel: np.ndarray, bias: Optional[np.ndarray]):
    return (kernel,) if bias is None else (kernel, bias)


def _dense(tensor: Any, kernel: np.ndarray, bias: Optional[np.ndarray], window: Window, padding: str, name: str) -> Any:
    layer = keras.layers.Conv2D(
        kernel.shape[0], kernel.shape[2:], strides=window.strides, padding=padding, dilation_rate=window.dilations,
        use_bias=bias is not None, kernel_initializer="zeros", name=layer_name(name))
    return weighted(layer, tensor, _weights(kernel.transpose(CONV_KERNEL_HWIO), bias))


def _depthwise(tensor: Any, kernel: np.ndarray, bias: Optional[np.ndarray], window: Window, padding: str,
               channels: int, name: str) -> Any:
    multiplier = kernel.shape[0] // channels
    layer = keras.layers.DepthwiseConv2D(
        kernel.shape[2:], strides=window.strides, padding=padding, depth_multiplier=multiplier,
        use_bias=bias is not None, depthwise_initializer="zeros", name=layer_name(name))
    layer.dilation_rate = window.dilations  # Keras 2.2.4 reads it but has no argument for it
    split = kernel.reshape((channels, multiplier) + kernel.shape[2:])
    return weighted(layer, tensor, _weights(split.transpose(DEPTHWISE_KERNEL_HWIM), bias))


def _grouped(tensor: Any, kernel: np.ndarray, bias: Optional[np.ndarray], window: Window, padding: str, group: int,
             name: str) -> Any:
    """TensorFlow Lite has no grouped convolution: one for each group, side by side."""
    parts = operation(lambda x: tf.split(x, group, axis=3), tensor, name + ".split")
    kernels = np.split(kernel, group)
    biases = [None] * group if bias is None else np.split(bias, group)
    results = [_dense(part, kernels[i], biases[i], window, padding, "{}.{}".format(name, i))
               for i, part in enumerate(parts)]
    return operation(lambda *outputs: tf.concat(outputs, axis=3), results, name)
