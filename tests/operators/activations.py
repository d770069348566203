"""Activations made by hand, and what they come to."""
from typing import Any, Dict, NamedTuple, Optional, Tuple

import keras
import numpy as np
import tensorflow as tf

from job.axes import Order, as_pytorch, inverse
from job.keras_model.activation import Activation
from job.keras_model.layers import operation


class Fed(NamedTuple):
    """An Activation and the numbers that it is given."""

    x: Activation
    feed: Dict[Any, np.ndarray]

    def onnx_value(self, result: Activation) -> np.ndarray:
        with tf.compat.v1.Session() as session:
            return session.run(result.tensor, self.feed).transpose(inverse(result.order))


def counted(*sizes: int) -> np.ndarray:
    """Numbers that are all different, in every place."""
    return np.arange(np.prod(sizes), dtype=np.float32).reshape(sizes)


def fed(value: np.ndarray, order: Optional[Order] = None, made: Optional[Tuple[Any, ...]] = None, open_batch: bool = False,
        **changes: Any) -> Fed:
    """`value`, an ONNX tensor, with its axes in that order; made in that shape, and a Reshape laid behind."""
    order = as_pytorch(value.ndim) if order is None else order
    laid = value.transpose(order)
    sizes = (None,) * open_batch + laid.shape[open_batch:]
    if made is None:
        tensor = keras.layers.Input(batch_shape=sizes, dtype=value.dtype.name)
        return Fed(Activation(tensor, order, **changes), {tensor: laid})
    root = keras.layers.Input(batch_shape=made, dtype=value.dtype.name)
    target = [-1 if size is None else size for size in sizes]
    tensor = operation(lambda t: tf.reshape(t, target), root, "shaped")
    return Fed(Activation(tensor, order, root=root, **changes), {root: laid.reshape([size or -1 for size in made])})
