"""Windows that slide over a map: kernel, strides, dilations and padding, as TensorFlow can say them."""
from typing import NamedTuple, Tuple

import numpy as np
import tensorflow as tf

from job.keras_model.activation import Activation
from job.keras_model.layers import operation
from job.keras_model.registry import Operator
from job.values import Shape

LOWEST = float(np.finfo(np.float32).min)


class Window(NamedTuple):
    """One number per spatial axis."""

    kernel: Tuple[int, ...]
    strides: Tuple[int, ...]
    dilations: Tuple[int, ...]
    begin: Tuple[int, ...]  # padding before, and after
    end: Tuple[int, ...]


def window_of(operator: Operator) -> Window:
    attributes = operator.attributes
    kernel = tuple(attributes.get("kernel_shape") or operator.input_shapes[1][2:])
    ones = (1,) * len(kernel)
    pads = tuple(attributes.get("pads") or (0, 0) * len(kernel))
    return Window(kernel, tuple(attributes.get("strides") or ones), tuple(attributes.get("dilations") or ones),
                  pads[:len(kernel)], pads[len(kernel):])


def same_padding(size: int, kernel: int, stride: int, dilation: int) -> Tuple[int, int]:
    """What TensorFlow's SAME pads before and after an axis of that size."""
    total = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def is_same(window: Window, sizes: Shape) -> bool:
    """Whether TensorFlow's SAME pads exactly as this window does."""
    return all(same_padding(size, kernel, stride, dilation) == (begin, end)
               for size, kernel, stride, dilation, begin, end in zip(sizes, *window))


def filled(kernel: np.ndarray, window: Window) -> Tuple[np.ndarray, Window]:
    """The same kernel without dilation: zeros stand between its taps."""
    if max(window.dilations) == 1:
        return kernel, window
    taps = tuple((size - 1) * dilation + 1 for size, dilation in zip(kernel.shape[2:], window.dilations))
    spread = np.zeros(kernel.shape[:2] + taps, kernel.dtype)
    spread[(slice(None),) * 2 + tuple(slice(None, None, dilation) for dilation in window.dilations)] = kernel
    return spread, window._replace(kernel=taps, dilations=(1,) * len(taps))


def padded(x: Activation, window: Window, name: str, value: float = 0.0) -> Tuple[Activation, str]:
    """The map and Keras' name of the padding to use with it; a PAD only where SAME and VALID do not do."""
    sizes = tuple(x.onnx_shape[2:])
    if is_same(window, sizes):
        return x, "same"
    return explicitly_padded(x, window, name, value), "valid"


def explicitly_padded(x: Activation, window: Window, name: str, value: float = 0.0) -> Activation:
    if not any(window.begin) and not any(window.end):
        return x
    pads = ((0, 0),) + tuple(zip(window.begin, window.end)) + ((0, 0),)
    tensor = operation(lambda t: tf.pad(t, pads, constant_values=value), x.tensor, name + ".pad")
    return x.after(tensor)
