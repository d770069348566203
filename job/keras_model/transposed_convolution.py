"""ConvTranspose."""
from typing import Any, Optional

import numpy as np
import tensorflow as tf

from job.axes import CONV_TRANSPOSE_KERNEL_HWOI
from job.keras_model.activation import Activation, as_map
from job.keras_model.conv_layers import ConvTranspose2D
from job.keras_model.layers import by_group, layer_name, operation, weighted
from job.keras_model.padding import Window, filled, window_of
from job.keras_model.registry import Operator, converts, only

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
    if group == 1:
        full = _whole(x.tensor, kernel, window, operator.name)
    else:
        pieces = np.split(kernel, group)
        full = by_group(lambda i, part: _whole(part, pieces[i], window, "{}.{}".format(operator.name, i)), x.tensor,
                        group, operator.name + ".groups")
    return Activation(_cut(full, window, operator, bias), x.order)


def _whole(tensor: Any, kernel: np.ndarray, window: Window, name: str) -> Any:
    hwoi = kernel.transpose(CONV_TRANSPOSE_KERNEL_HWOI)
    layer = ConvTranspose2D(hwoi.shape, window.strides, name=layer_name(name))
    return weighted(layer, tensor, (hwoi,))


def _cut(tensor: Any, window: Window, operator: Operator, bias: Optional[np.ndarray]) -> Any:
    """The padding cut off at the front, the size asked for, the bias added."""
    sizes = operator.output_shape[2:]

    def cut(full):
        ends = [begin + size for begin, size in zip(window.begin, sizes)]
        missing = [max(end - int(have), 0) for end, have in zip(ends, full.shape[1:-1])]
        if any(missing):
            full = tf.pad(full, [(0, 0), (0, missing[0]), (0, missing[1]), (0, 0)])
        if [int(size) for size in full.shape[1:-1]] != list(sizes):
            full = full[:, window.begin[0]:ends[0], window.begin[1]:ends[1]]
        return full if bias is None else full + bias
    return operation(cut, tensor, operator.name + ".cut")
