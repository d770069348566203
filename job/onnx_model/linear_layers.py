"""A linear layer as exporters write it for inputs of more than two axes: a product and a sum."""
from typing import NamedTuple, Optional

import numpy as np

from job.onnx_model.graph import View
from job.onnx_model.steps import Steps


class LinearLayer(NamedTuple):
    x: str
    weight: np.ndarray           # [I, O]
    bias: Optional[np.ndarray]   # [O]

    def columns(self, picked: slice) -> "LinearLayer":
        """The layer that makes these of its outputs only."""
        return self._replace(weight=self.weight[:, picked], bias=None if self.bias is None else self.bias[picked])

    def scaled(self, factor: np.float32) -> "LinearLayer":
        return self._replace(weight=self.weight * factor, bias=None if self.bias is None else self.bias * factor)

    def laid(self, steps: Steps, view: View) -> str:
        """Its nodes; the name of what it makes."""
        shape = view.shape(self.x)
        steps.knows(self.x, shape)
        made = shape[:-1] + (self.weight.shape[1],)
        y = steps.add("MatMul", [self.x, steps.constant(self.weight)], made)
        return y if self.bias is None else steps.add("Add", [y, steps.constant(self.bias)], made)


def linear_layer(name: str, view: View) -> Optional[LinearLayer]:
    """The layer that makes a tensor which nothing but one input reads; None where none does."""
    total = view.sole_maker(name, "Add")
    if total is None:
        return _product(name, None, view)
    for source, bias in (total.inputs, total.inputs[::-1]):
        product = _product(source, view.constant(bias), view) if view.constant(bias) is not None else None
        if product is not None and product.bias.shape == product.weight.shape[1:]:
            return product
    return None


def _product(name: str, bias: Optional[np.ndarray], view: View) -> Optional[LinearLayer]:
    product = view.sole_maker(name, "MatMul")
    weight = view.constant(product.inputs[1]) if product is not None else None
    shape = view.shape(product.inputs[0]) if weight is not None else None
    if shape is None or len(shape) < 2 or weight.ndim != 2 or weight.dtype != np.float32:
        return None
    return LinearLayer(product.inputs[0], weight, bias)
