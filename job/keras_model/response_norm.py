"""LRN."""
from typing import Any

import numpy as np
import tensorflow as tf

from job.keras_model.activation import Activation, as_map
from job.keras_model.layers import operation
from job.keras_model.registry import Operator, converts


class _Odd:
    """Channels on both sides: TensorFlow's window has a middle."""

    def __call__(self, value: Any) -> bool:
        return value % 2 == 1

    def __str__(self) -> str:
        return "an odd number"


@converts("LRN", attributes={"alpha": None, "beta": None, "bias": None, "size": _Odd()}, ranks=(4,))
def lrn(operator: Operator, x: Activation) -> Activation:
    """TensorFlow's alpha is of each channel, ONNX's of all in the window together."""
    size = operator.attributes["size"]
    alpha, beta, bias = (operator.attributes.get(name, value) for name, value
                         in (("alpha", 1e-4), ("beta", 0.75), ("bias", 1.0)))
    x = as_map(x)
    tensor = operation(lambda t: tf.nn.local_response_normalization(t, size // 2, bias, np.float32(alpha / size), beta),
                       x.tensor, operator.name)
    return x.after(tensor)
