"""Conv."""
from typing import Any, Optional, Tuple

import keras
import numpy as np

from job.axes import CONV_KERNEL_HWIO, DEPTHWISE_KERNEL_HWIM
from job.keras_model.activation import Activation, as_map
from job.keras_model.conv_layers import Conv2D
from job.keras_model.layers import by_group, layer_name, operation, weighted
from job.keras_model.padding import Window, explicitly_padded, filled, is_same, padded, window_of
from job.keras_model.registry import Operator, converts, only

_CONV = {"auto_pad": only("NOTSET", "VALID"), "dilations": None, "group": None, "kernel_shape": None, "pads": None,
         "strides": None}
MOST_CHANNELS = 4832  # of a depthwise convolution: with more, TensorFlow Lite 1.14 never ends it


def _refuse_many_channels(operator: Operator) -> Optional[str]:
    """more than 4832 channels that are each convolved alone"""
    alone = operator.attributes.get("group", 1) == operator.input_shape[1]  # toco takes one channel for depthwise too
    if alone and operator.output_shape[1] > MOST_CHANNELS:
        return "{} of {} channels, each convolved alone".format(operator.op, operator.output_shape[1])
    return None


@converts("Conv", attributes=_CONV, constants=(1, 2), ranks=(4,), refuse=_refuse_many_channels)
def conv(operator: Operator, x: Activation, kernel: np.ndarray, bias: Optional[np.ndarray] = None) -> Activation:
    window, x, name = window_of(operator), as_map(x), operator.name
    group = operator.attributes.get("group", 1)
    if 1 < group == operator.input_shape[1]:
        return Activation(depthwise(x, kernel, bias, window, name), x.order)
    x, padding = padded(x, window, name)
    if group == 1:
        return Activation(_dense(x.tensor, kernel, bias, window, padding, name), x.order)
    return Activation(_grouped(x.tensor, kernel, bias, window, padding, group, name), x.order)


def _dense(tensor: Any, kernel: np.ndarray, bias: Optional[np.ndarray], window: Window, padding: str, name: str) -> Any:
    layer = Conv2D(kernel.shape[0], kernel.shape[2:], padding=padding, use_bias=bias is not None,
                   kernel_initializer="zeros", name=layer_name(name))
    layer.strides, layer.dilation_rate = window.strides, window.dilations  # Keras allows one or the other only
    return weighted(layer, tensor, (kernel.transpose(CONV_KERNEL_HWIO), bias))


def depthwise(x: Activation, kernel: np.ndarray, bias: Optional[np.ndarray], window: Window, name: str) -> Any:
    """TensorFlow's depthwise convolution has one stride for both axes: else every pixel is computed, and those
    between are left out."""
    if not _dilates(window, x.onnx_shape[2:]):
        kernel, window = filled(kernel, window)
    if len(set(window.strides)) == 1:
        x, padding = padded(x, window, name)
        return _depthwise_layer(x.tensor, kernel, bias, window, padding, name)
    every = window._replace(strides=(1,) * len(window.strides))
    tensor = _depthwise_layer(explicitly_padded(x, window, name).tensor, kernel, bias, every, "valid", name)
    rows, columns = window.strides
    return operation(lambda t: t[:, ::rows, ::columns], tensor, name + ".strided")


def _dilates(window: Window, sizes: Tuple[int, ...]) -> bool:
    """Whether TensorFlow has this dilation, one for both axes and with no stride, and toco 1.14 reads it right: it takes
    every dilated depthwise convolution for one with SAME padding."""
    return len(set(window.dilations)) == 1 and max(window.strides) == 1 and is_same(window, sizes)


def _depthwise_layer(tensor: Any, kernel: np.ndarray, bias: Optional[np.ndarray], window: Window, padding: str,
                     name: str) -> Any:
    channels = int(tensor.shape[-1])
    multiplier = kernel.shape[0] // channels
    layer = keras.layers.DepthwiseConv2D(
        kernel.shape[2:], strides=window.strides, padding=padding, depth_multiplier=multiplier,
        use_bias=bias is not None, depthwise_initializer="zeros", name=layer_name(name))
    layer.dilation_rate = window.dilations  # Keras 2.2.4 reads it but has no argument for it
    split = kernel.reshape((channels, multiplier) + kernel.shape[2:])
    return weighted(layer, tensor, (split.transpose(DEPTHWISE_KERNEL_HWIM), bias))


def _grouped(tensor: Any, kernel: np.ndarray, bias: Optional[np.ndarray], window: Window, padding: str, group: int,
             name: str) -> Any:
    """TensorFlow Lite has no grouped convolution: one for each group, side by side."""
    kernels = np.split(kernel, group)
    biases = [None] * group if bias is None else np.split(bias, group)

    def layer(i: int, part: Any) -> Any:
        return _dense(part, kernels[i], biases[i], window, padding, "{}.{}".format(name, i))
    return by_group(layer, tensor, group, name)
