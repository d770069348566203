"""Gemm, canonical: x [N, I], weight [O, I], bias [O]."""
from typing import Optional

import numpy as np

from job.keras_model.activation import Activation, as_onnx
from job.keras_model.layers import Linear, layer_name, weighted
from job.keras_model.registry import Operator, converts, only


@converts("Gemm", attributes={"alpha": only(1.0), "beta": only(1.0), "transA": only(0), "transB": only(1)},
          constants=(1, 2), ranks=(2,))
def gemm(operator: Operator, x: Activation, weight: np.ndarray, bias: Optional[np.ndarray] = None) -> Activation:
    x = as_onnx(x)
    layer = Linear(weight.shape[0], bias is not None, name=layer_name(operator.name))
    weights = (weight,) if bias is None else (weight, bias)
    return Activation(weighted(layer, x.tensor, weights), x.order)
