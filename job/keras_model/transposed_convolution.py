"""ConvTranspose."""
from typing import Any, Optional

import numpy as np
import tensorflow as tf

from job.axes import CONV_TRANSPOSE_KERNEL_HWOI
from job.keras_model.activation import Activation, as_map
from job.keras_model.conv_layers import ConvTranspose2D
from job.keras_model.layers import by_group, layer_name, operation, weighted
from job.keras_model.padding import Window, filled, same_padding, window_of
from job.keras_model.registry import Operator, converts, only
from job.values import Shape

_ATTRIBUTES = {"auto_pad": only("NOTSET"), "dilations": None, "group": None,
               "kernel_shape": None, "output_padding": None, "pads": None, "strides": None}


def _refuse_far_output(operator: Operator) -> Optional[str]:
    """output_padding as large as the stride, of which ONNX Runtime makes something else"""
    more, strides = (operator.attributes.get(name) or (1, 1) for name in ("output_padding", "strides"))
    if "output_padding" in operator.attributes and any(pad >= stride for pad, stride in zip(more, strides)):
        return "ConvTranspose with output_padding {} at strides {}".format(tuple(more), tuple(strides))
    return None


@converts("ConvTranspose", attributes=_ATTRIBUTES, constants=(1, 2), ranks=(4,), refuse=_refuse_far_output)
def conv_transpose(operator: Operator, x: Activation, kernel: np.ndarray,
                   bias: Optional[np.ndarray] = None) -> Activation:
    kernel, window = filled(kernel, window_of(operator))
    x, group = as_map(x), operator.attributes.get("group", 1)
    sizes = tuple(operator.output_shape[2:])
    whole, begin = None, window.begin  # type: Optional[Shape], Shape
    if _is_cut_by_same(window, tuple(x.onnx_shape[2:]), sizes):
        whole, begin = sizes, (0,) * len(sizes)

    def convolved(tensor: Any, kernel: np.ndarray, name: str) -> Any:
        hwoi = kernel.transpose(CONV_TRANSPOSE_KERNEL_HWOI)
        return weighted(ConvTranspose2D(hwoi.shape, window.strides, whole, name=layer_name(name)), tensor, (hwoi,))
    if group == 1:
        full = convolved(x.tensor, kernel, operator.name)
    else:
        pieces = np.split(kernel, group)
        full = by_group(lambda i, part: convolved(part, pieces[i], "{}.{}".format(operator.name, i)), x.tensor,
                        group, operator.name + ".groups")
    return Activation(_cut(full, begin, operator, bias), x.order)


def _is_cut_by_same(window: Window, sizes: Shape, results: Shape) -> bool:
    """Whether TensorFlow's SAME cuts from the full result exactly what this padding does, as at 4x4, stride 2, padding 1."""
    axes = zip(sizes, results, window.kernel, window.strides, window.begin)
    return all(-(-result // stride) == size and
               same_padding(result, kernel, stride, 1) == (begin, (size - 1) * stride + kernel - result - begin)
               for size, result, kernel, stride, begin in axes)


def _cut(tensor: Any, begins: Shape, operator: Operator, bias: Optional[np.ndarray]) -> Any:
    """The padding cut off at the front, the size asked for, the bias added."""
    sizes = operator.output_shape[2:]

    def cut(full):
        ends = [begin + size for begin, size in zip(begins, sizes)]
        missing = [max(end - int(have), 0) for end, have in zip(ends, full.shape[1:-1])]
        if any(missing):
            full = tf.pad(full, [(0, 0), (0, missing[0]), (0, missing[1]), (0, 0)])
        if [int(size) for size in full.shape[1:-1]] != list(sizes):
            full = full[:, begins[0]:ends[0], begins[1]:ends[1]]
        return full if bias is None else full + bias
    return operation(cut, tensor, operator.name + ".cut")
