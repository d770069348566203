"""A constant beside a tensor, laid so that toco 1.14 leaves both where they are.

Toco folds a constant into the layer before as if it were one number a channel, whatever its shape. And it moves
arithmetic with a constant to before a Reshape wherever the constant's shape is the end of the Reshape's new shape; of
the shape before the Reshape it does not ask. With a batch of one, [1, 12] is the end of [1, 12], and the sum lands on
[1, 3, 4]: toco dies of it, or the Reshape goes away with the axes that it was there for.
"""
from typing import Any, Iterator

import numpy as np
import tensorflow as tf

_RESHAPES = ("Reshape", "ExpandDims", "Squeeze")
# What toco swaps with a Reshape before it, so that the Reshape stands before what follows.
_SWAPPED = _RESHAPES + (
    "Transpose", "Identity", "Cast", "Ceil", "Exp", "Floor", "Neg", "Relu", "Relu6", "Round", "Tanh", "Sqrt", "Square",
    "Add", "Mul", "Sub", "RealDiv", "Maximum", "Minimum", "Less", "LessEqual", "Greater", "GreaterEqual")


def beside(value: np.ndarray, tensor: Any) -> Any:
    """`value`, broadcast to `tensor` from the last axis on, as a tensor: where it must be, behind a Pad of nothing,
    which toco does not see through."""
    if value.size == 1:
        return tf.constant(value.reshape(-1) if value.ndim else value)
    if tensor.op.type == "GatherV2":  # neither a layer to fold into nor a Reshape to move past
        return tf.constant(value)
    sizes = tensor.shape.as_list()
    if value.size == value.shape[-1] == sizes[-1]:
        if _keep_last_size(tensor):
            return tf.constant(value.reshape(-1))
        if value.ndim == len(sizes) and any(size not in (1, None) for size in sizes[:-1]):
            return tf.constant(value)  # not the end of the tensor's shape
    return tf.pad(value, [(0, 0)] * value.ndim) if value.ndim <= 4 else tf.constant(value)


def _keep_last_size(tensor: Any) -> bool:
    """Whether no Reshape that toco may move past what comes next changes the size of the last axis."""
    return all(each.shape.as_list()[-1:] == tensor.shape.as_list()[-1:] for each in _before_reshapes(tensor))


def _before_reshapes(tensor: Any) -> Iterator[Any]:
    while tensor.op.type in _SWAPPED:
        reshaped = tensor.op.type in _RESHAPES
        computed = [each for each in tensor.op.inputs if each.op.type not in ("Const", "Pad")]
        if len(computed) != 1 and not reshaped:
            return
        tensor = tensor.op.inputs[0] if reshaped else computed[0]
        if reshaped:
            yield tensor
