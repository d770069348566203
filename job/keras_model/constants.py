"""A constant beside a tensor, laid so that toco 1.14 leaves it where it is.

Toco folds a constant into the layer before as if it were one number a channel, whatever its shape. Leading axes of one
go: where toco moves arithmetic to before a Reshape, they would make up for the axes that the Reshape was there for.
"""
from typing import Any

import numpy as np
import tensorflow as tf


def beside(value: np.ndarray, tensor: Any) -> Any:
    """`value`, broadcast to `tensor` from the last axis on, as a tensor: where it must be, behind a Pad of nothing,
    which toco does not see through."""
    if value.size == 1:
        axes = min(tensor.shape.ndims, 1)  # calibrated int8 takes no number without one beside a tensor that has some
        return tf.constant(value.reshape((1,) * axes))
    if tensor.op.type == "GatherV2":  # neither a layer to fold into nor a Reshape to move past
        return tf.constant(value)
    if value.dtype == np.bool_:
        return tf.constant(value)  # toco folds and moves numbers only, and TensorFlow Lite pads no truth values
    if value.size == value.shape[-1] == tensor.shape.as_list()[-1]:
        return tf.constant(value.reshape(-1))
    return tf.pad(value, [(0, 0)] * value.ndim) if value.ndim <= 4 else tf.constant(value)
