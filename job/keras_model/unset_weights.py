"""Weights of Keras layers that have no value yet, and no nodes that would give them one."""
import contextlib
from typing import Any, Iterator

import tensorflow as tf
from keras.engine import Layer
from tensorflow.python.ops.state_ops import variable_op_v2

from job.values import Shape


@contextlib.contextmanager
def unset_weights() -> Iterator[None]:
    """Layers that are built inside get a variable and its read alone.

    Keras would add an initial value and an assignment, half of all nodes, which lean_network() then cuts off.
    """
    keras_own = Layer.add_weight
    Layer.add_weight = _add_weight
    try:
        yield
    finally:
        Layer.add_weight = keras_own


def _add_weight(layer: Layer, name: str, shape: Shape, **_: Any) -> tf.Tensor:
    """Takes the place of Layer.add_weight; the read stands for the variable, under the names that Keras gives both."""
    with tf.name_scope(name) as scope:
        read = tf.identity(variable_op_v2(shape, tf.float32, name=scope), name="read")
    layer._trainable_weights.append(read)
    return read
