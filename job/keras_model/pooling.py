"""MaxPool and AveragePool."""
from typing import Optional

import keras
import numpy as np

from job.keras_model.activation import Activation, as_map
from job.keras_model.convolution import MOST_CHANNELS, depthwise
from job.keras_model.layers import layer_name, operation
from job.keras_model.padding import LOWEST, Window, explicitly_padded, is_same, padded, window_of
from job.keras_model.registry import Operator, converts, only, only_each

_POOL = {"auto_pad": only("NOTSET", "VALID"), "kernel_shape": None, "pads": None, "strides": None,
         "ceil_mode": only(0), "storage_order": only(0), "dilations": only_each(1)}


def _refuse_overhang(operator: Operator) -> Optional[str]:
    """indices as an output; a window larger than the map, or beyond it"""
    if len(operator.output_shapes) > 1:
        return "{} with indices".format(operator.op)
    window = window_of(operator)
    spans = [(count - 1) * stride + kernel - begin - end for count, kernel, stride, begin, end
             in zip(operator.output_shape[2:], window.kernel, window.strides, window.begin, window.end)]
    if any(span > size for span, size in zip(spans, operator.input_shape[2:])):
        return "{} with a window larger than the map".format(operator.op)
    starts = [(count - 1) * stride - begin for count, stride, begin
              in zip(operator.output_shape[2:], window.strides, window.begin)]
    if any(start >= size for start, size in zip(starts, operator.input_shape[2:])):
        return "{} with ceil_mode and a window of nothing but padding".format(operator.op)
    return None


@converts("MaxPool", attributes=_POOL, ranks=(4,), refuse=_refuse_overhang)
def max_pool(operator: Operator, x: Activation) -> Activation:
    """Padding never wins: zero where no value is negative, else the lowest float."""
    window = window_of(operator)
    x, padding = padded(as_map(x), window, operator.name, 0.0 if x.nonnegative else LOWEST)
    pool = keras.layers.MaxPooling2D(window.kernel, window.strides, padding, name=layer_name(operator.name))
    return x.after(pool(x.tensor))


@converts("AveragePool", attributes=dict(_POOL, count_include_pad=None), ranks=(4,), refuse=_refuse_overhang)
def average_pool(operator: Operator, x: Activation) -> Activation:
    """TensorFlow's SAME leaves padding out of the mean, as ONNX does unless count_include_pad is set."""
    window, x = window_of(operator), as_map(x)
    counts_padding = bool(operator.attributes.get("count_include_pad", 0))
    same = is_same(window, operator.input_shape[2:])
    has_padding = any(window.begin + window.end)
    if not has_padding or (same and not counts_padding):
        padding = "same" if has_padding else "valid"
        return x.after(_average(x.tensor, window, padding, operator.name))
    if same and len(set(window.strides)) == 1 and operator.input_shape[1] <= MOST_CHANNELS:
        return x.after(_average_with_padding(x, window, operator))
    x = explicitly_padded(x, window, operator.name)
    tensor = _average(x.tensor, window, "valid", operator.name)
    if not counts_padding:
        share = _share_of_padding(window, operator.input_shape[2:])
        tensor = operation(lambda t: t * share, tensor, operator.name + ".share")
    return x.after(tensor)


def _average(tensor, window: Window, padding: str, name: str):
    return keras.layers.AveragePooling2D(window.kernel, window.strides, padding, name=layer_name(name))(tensor)


def _average_with_padding(x: Activation, window: Window, operator: Operator):
    """A convolution counts SAME's padding, and needs no Pad: each channel's weights are all the same."""
    shape = (operator.input_shape[1], 1) + window.kernel
    kernel = np.full(shape, 1 / np.prod(window.kernel), np.float32)
    return depthwise(x, kernel, None, window, operator.name)


def _share_of_padding(window: Window, sizes) -> np.ndarray:
    """Kernel size over the pixels that are not padding, [1, H, W, 1]: turns one mean into the other."""
    counts = [_pixels_inside(*axis) for axis in zip(sizes, window.kernel, window.strides, window.begin, window.end)]
    inside = np.outer(counts[0], counts[1])
    return (np.prod(window.kernel) / inside).astype(np.float32)[None, :, :, None]


def _pixels_inside(size: int, kernel: int, stride: int, begin: int, end: int) -> np.ndarray:
    starts = np.arange(-begin, size + end - kernel + 1, stride)
    return np.minimum(starts + kernel, size) - np.maximum(starts, 0)
