"""Opset 6 -> 7: numpy's broadcasting in place of `broadcast` and `axis`; inference is all there is."""
from typing import Optional

import numpy as np

from job.errors import UnsupportedModel
from job.onnx_model.graph import Node, Rewrite, View, without
from job.onnx_model.opsets.registry import upgrades
from job.values import Shape


@upgrades(6, "Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less")
def numpy_broadcasting(node: Node, view: View) -> Rewrite:
    """The second operand's axes are the first's from `axis` on: ones are put in after them."""
    plain = node._replace(attributes=without(node.attributes, "broadcast", "axis"))
    axis = node.attributes.get("axis")
    if axis is None or not node.attributes.get("broadcast", 0):
        return Rewrite((plain,))
    left, right = (_known_shape(node, name, view) for name in node.inputs)
    missing = len(left) - axis % len(left) - len(right) if left else 0
    return _with_trailing_ones(plain, right, missing, view) if missing > 0 else Rewrite((plain,))


@upgrades(6, "PRelu")
def slope_along_channels(node: Node, view: View) -> Optional[Rewrite]:
    slope = _known_shape(node, node.inputs[1], view)
    if slope in ((), (1,)):
        return None
    missing = len(_known_shape(node, node.inputs[0], view)) - 1 - len(slope)
    return _with_trailing_ones(node, slope, missing, view) if missing > 0 else None


@upgrades(6, "BatchNormalization", "Dropout")
def in_inference(node: Node, view: View) -> Rewrite:
    if node.attributes.get("is_test", 1) == 0:
        raise UnsupportedModel(["{} attribute is_test=0 at {}".format(node.op, node.layer)],
                               hint="export the network in eval mode")
    return Rewrite((node._replace(attributes=without(node.attributes, "is_test")),))


@upgrades(6, "Gemm")
def bias_broadcasts(node: Node, view: View) -> Rewrite:
    return Rewrite((node._replace(attributes=without(node.attributes, "broadcast")),))


@upgrades(6, "GRU", "LSTM", "RNN")
def sequence_where_it_is_named(node: Node, view: View) -> Rewrite:
    return Rewrite((node._replace(attributes=without(node.attributes, "output_sequence")),))


@upgrades(6, "Upsample")
def scale_of_each_axis(node: Node, view: View) -> Rewrite:
    scales = (1.0, 1.0, node.attributes["height_scale"], node.attributes["width_scale"])
    attributes = dict(without(node.attributes, "height_scale", "width_scale"), scales=scales)
    return Rewrite((node._replace(attributes=attributes),))


def _known_shape(node: Node, name: str, view: View) -> Shape:
    shape = view.shape(name)
    if shape is None:
        raise UnsupportedModel(["{} of opset 6 on a tensor of unknown shape at {}".format(node.op, node.layer)],
                               hint="export with opset 7 or newer")
    return shape


def _with_trailing_ones(node: Node, shape: Shape, count: int, view: View) -> Rewrite:
    """The second input with axes of size one behind its own."""
    name, value = node.output + ".aligned", view.constant(node.inputs[1])
    target = shape + (1,) * count
    aligned = node._replace(inputs=(node.inputs[0], name))
    if value is not None:
        return Rewrite((aligned,), {name: np.reshape(value, target)})
    axes = tuple(range(len(shape), len(target)))
    return Rewrite((Node("Unsqueeze", node.inputs[1:], (name,), {"axes": axes}, node.layer), aligned), {},
                   {name: target})
