"""Resize by repetition, and pixels that become channels or channels pixels."""
from typing import Any, Optional

import numpy as np
import tensorflow as tf

from job.keras_model.activation import Activation, as_map
from job.keras_model.layers import operation
from job.keras_model.registry import Operator, converts, only


def _refuse_fractions(operator: Operator) -> Optional[str]:
    """scales that are no whole numbers, or that change batch or channels"""
    pairs = zip(operator.input_shape, operator.output_shape)
    repeats = operator.attributes.get("mode", "nearest") == "nearest"
    moved = operator.input_shape[:2] != operator.output_shape[:2]
    if moved or (repeats and any(after % before for before, after in pairs)):
        return "Resize from {} to {}".format(operator.input_shape, operator.output_shape)
    return None


@converts("Resize", attributes={"mode": only("nearest", "linear")}, constants=(1,), ranks=(4,), refuse=_refuse_fractions)
def resize(operator: Operator, x: Activation, scales: np.ndarray) -> Activation:
    """Linear only where linear_resize() has left it: where the sizes' quotient is the scale."""
    x, size = as_map(x), operator.output_shape[2:]
    by = tf.image.resize_bilinear if operator.attributes.get("mode") == "linear" else tf.image.resize_nearest_neighbor
    tensor = operation(lambda t: by(t, size), x.tensor, operator.name)
    return x.after(tensor)


@converts("DepthToSpace", attributes={"blocksize": None})
def depth_to_space(operator: Operator, x: Activation) -> Activation:
    """TensorFlow Lite 1.14 has no such operator: rows of blocks change places with rows of pixels."""
    x, block = as_map(x), operator.attributes["blocksize"]
    _, channels, height, width = operator.output_shape

    def spread(tensor: Any) -> Any:
        rows = tf.reshape(tensor, (-1, width // block, block, block * channels))
        return tf.reshape(tf.transpose(rows, (0, 2, 1, 3)), (-1, height, width, channels))
    return x.after(operation(spread, x.tensor, operator.name))


@converts("SpaceToDepth", attributes={"blocksize": None})
def space_to_depth(operator: Operator, x: Activation) -> Activation:
    x = as_map(x)
    return x.after(operation(lambda t: tf.space_to_depth(t, operator.attributes["blocksize"]), x.tensor, operator.name))
