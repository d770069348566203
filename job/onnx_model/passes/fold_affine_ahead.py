"""A scale per channel moves into the weights of the convolution after it.

before: Mul(x, scale [C,1,1]) -> Add(shift [C,1,1]) -> Conv(w)
after:  Add(x, shift / scale) -> Conv(w * scale)

The shift stays: the zeros around a padded map are not shifted; and large inputs from which their mean is taken keep
digits that they would lose if the mean were taken from their weighted sum, in the bias.
"""
from typing import Optional, Tuple

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.fold_affine import constant_operand, per_channel


def fold_affine_ahead(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    kernel = view.constant(node.inputs[1]) if node.op == "Conv" else None
    if kernel is None or node.attributes.get("group", 1) != 1:
        return None
    factors = _per_channel(node.inputs[0], view, "Mul")
    if factors is not None:
        return _scaled(node, *factors, kernel)
    shift = _per_channel(node.inputs[0], view, "Add", "Sub")
    factors = _per_channel(shift[0], view, "Mul") if shift is not None else None
    if factors is None or not np.all(factors[1]):
        return None
    return _swapped(node, *factors, shift[1], kernel, view)


def _per_channel(name: str, view: View, *ops: str) -> Optional[Tuple[str, np.ndarray]]:
    """Of a tensor that nothing else reads: what it is made of, and the number for each channel that it is made with."""
    node, shape = view.sole_maker(name, *ops), view.shape(name)
    operand = constant_operand(node, view) if node is not None else None
    if operand is None or view.shape(operand[0]) != shape:
        return None
    channels = per_channel(operand[1], len(shape), shape[1])
    return None if channels is None else (operand[0], -channels if node.op == "Sub" else channels)


def _scaled(conv: Node, source: str, factors: np.ndarray, kernel: np.ndarray) -> Rewrite:
    name = conv.output + ".scaled"
    scaled = kernel * factors.reshape((1, -1) + (1,) * (kernel.ndim - 2))
    return Rewrite((conv._replace(inputs=(source, name) + conv.inputs[2:]),), {name: scaled.astype(np.float32)})


def _swapped(
    conv: Node, source: str, factors: np.ndarray, shift: np.ndarray, kernel: np.ndarray, view: View
) -> Rewrite:
    name, constant = conv.inputs[0] + ".ahead", conv.inputs[0] + ".ahead.shift"  # there may be several in a row
    shape = view.shape(conv.inputs[0])
    values = (shift / factors).astype(np.float32).reshape((-1,) + (1,) * (len(shape) - 2))
    add = Node("Add", (source, constant), (name,), {}, conv.layer)
    scaled = _scaled(conv, name, factors, kernel)
    return Rewrite((add,) + scaled.nodes, dict(scaled.constants, **{constant: values}), {name: shape})
