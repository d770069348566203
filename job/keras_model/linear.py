"""Linear layers: Gemm, canonical (x [N, I], weight [O, I], bias [O]), and MatMul with a weight, over the last axis."""
from typing import Optional

import numpy as np
import tensorflow as tf

from job.keras_model.activation import Activation, as_onnx
from job.keras_model.layers import Linear, layer_name, operation, weighted
from job.keras_model.registry import Operator, converts, only


@converts("Gemm", attributes={"alpha": only(1.0), "beta": only(1.0), "transA": only(0), "transB": only(1)},
          constants=(1, 2))
def gemm(operator: Operator, x: Activation, weight: np.ndarray, bias: Optional[np.ndarray] = None) -> Activation:
    x = as_onnx(x)
    layer = Linear(weight.shape, bias is not None, name=layer_name(operator.name))
    return Activation(weighted(layer, x.tensor, (weight, bias)), x.order)


def over_last_axis(operator: Operator, x: Activation, weight: np.ndarray) -> Activation:
    """Whatever the other axes are: they are taken together."""
    x = as_onnx(x)
    layer = Linear(weight.shape[::-1], False, name=layer_name(operator.name))
    flat = operation(lambda t: tf.reshape(t, (-1, weight.shape[0])), x.numbers, operator.name + ".flat")
    product = weighted(layer, flat, (weight.T,))
    target = (-1,) + operator.output_shape[1:]
    tensor = operation(lambda t: tf.reshape(t, target), product, operator.name + ".unflat")
    return Activation(tensor, x.order)
