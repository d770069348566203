"""A scale or a shift per channel moves into the weights of the layer before it.

before: Conv(w, b) -> Mul(scale [C,1,1]) -> Add(shift [C,1,1])
after:  Conv(w * scale, b * scale + shift)
"""
from typing import Optional, Tuple

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten

_OUTPUT_AXIS = {"Conv": 0, "Gemm": 0, "ConvTranspose": 1}  # of the weight; Gemm is canonical, [O, I]


def fold_affine(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    operand = constant_operand(node, view) if node.op in ("Mul", "Add", "Sub") else None
    if operand is None:
        return None
    source, factor = operand
    layer = view.sole_maker(source, *_OUTPUT_AXIS)
    shape = view.shape(source)
    if layer is None or shape is None or view.shape(node.output) != shape or not _foldable(layer, view):
        return None
    channels = per_channel(factor, len(shape), shape[1])
    return None if channels is None else _folded(node, layer, channels, view)


def constant_operand(node: Node, view: View) -> Optional[Tuple[str, np.ndarray]]:
    left, right = node.inputs
    if view.constant(right) is not None:
        return left, view.constant(right)
    if view.constant(left) is not None and node.op != "Sub":
        return right, view.constant(left)
    return None


def _foldable(layer: Node, view: View) -> bool:
    parameters = [view.constant(name) for name in layer.inputs[1:] if name]
    if any(parameter is None for parameter in parameters):
        return False
    if layer.op == "Gemm":
        return layer.attributes == {"transB": 1}
    return layer.op == "Conv" or layer.attributes.get("group", 1) == 1


def per_channel(value: np.ndarray, rank: int, channels: int) -> Optional[np.ndarray]:
    """The constant as one number a channel, or None where it varies along another axis."""
    if value.ndim > rank or value.dtype != np.float32:
        return None
    shape = (1,) * (rank - value.ndim) + value.shape
    if any(size != 1 for axis, size in enumerate(shape) if axis != 1):
        return None
    return np.broadcast_to(value.reshape(-1), (channels,)).astype(np.float64)


def _folded(node: Node, layer: Node, channels: np.ndarray, view: View) -> Rewrite:
    weight = view.constant(layer.inputs[1])
    has_bias = len(layer.inputs) > 2 and bool(layer.inputs[2])
    bias = view.constant(layer.inputs[2]).astype(np.float64) if has_bias else np.zeros(len(channels))
    weight_name, bias_name = layer.inputs[1], node.output + ".bias"
    constants = {}
    if node.op == "Mul":
        weight_name = node.output + ".weight"
        along = [1] * weight.ndim
        along[_OUTPUT_AXIS[layer.op]] = -1
        constants[weight_name] = weight * channels.astype(np.float32).reshape(along)
        bias = bias * channels
    else:
        bias = bias + channels if node.op == "Add" else bias - channels
    constants[bias_name] = bias.astype(np.float32)
    inputs = (layer.inputs[0], weight_name, bias_name)
    return Rewrite((Node(layer.op, inputs, node.outputs, layer.attributes, layer.layer),), constants)
