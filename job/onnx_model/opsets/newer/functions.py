"""Functions of each element."""
import math
from typing import Optional

import numpy as np
from onnx import TensorProto, helper

from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Node, Rewrite, View, without
from job.onnx_model.opsets.newer.attributes import constant_input, refused
from job.onnx_model.opsets.newer.registry import newer
from job.onnx_model.types import name_of_type
from job.onnx_model.whole_numbers import EXACT


@newer(11, "Clip")
def clip(node: Node, view: View) -> Rewrite:
    """Ends that are constants are attributes of floats; others are what Max and Min are for."""
    ends = {name: node.inputs[place] for place, name in ((1, "min"), (2, "max"))
            if place < len(node.inputs) and node.inputs[place]}
    values = {name: view.constant(end) for name, end in ends.items()}
    if all(value is not None and _is_said_in_float32(value) for value in values.values()):
        numbers = {name: float(value.reshape(-1)[0]) for name, value in values.items()}
        return Rewrite((Node("Clip", node.inputs[:1], node.outputs, numbers, node.layer),))
    parts, y = Parts(node, view), node.inputs[0]
    for name, op in (("min", "Max"), ("max", "Min")):
        y = parts.op(op, y, ends[name]) if name in ends else y
    return parts.ending(y)


def _is_said_in_float32(end: np.ndarray) -> bool:
    """One of whole numbers too: see job.onnx_model.passes.indices_as_fractions."""
    return end.dtype == np.float32 or end.dtype.name in ("int32", "int64") and abs(int(end.reshape(-1)[0])) <= EXACT


@newer(12, "Pow")
def power(node: Node, view: View) -> Optional[Rewrite]:
    """The exponent may be of another type."""
    dtype, other = (view.dtype(name) for name in node.inputs)
    if dtype == other:
        return None
    parts = Parts(node, view)
    kind = helper.mapping.NP_TYPE_TO_TENSOR_TYPE[np.dtype(dtype)]
    return parts.ending(parts.op("Pow", node.inputs[0], parts.op("Cast", node.inputs[1], to=kind)))


@newer(12, "GreaterOrEqual", "LessOrEqual")
def or_equal(node: Node, view: View) -> Rewrite:
    """Not the contrary: of numbers, so not of NaN."""
    parts = Parts(node, view)
    return parts.ending(parts.op("Not", parts.op("Less" if node.op == "GreaterOrEqual" else "Greater", *node.inputs)))


@newer(11, "Equal")
def equal(node: Node, view: View) -> Optional[Rewrite]:
    """Up to opset 10 whole numbers alone are compared."""
    if view.dtype(node.inputs[0]) != "float32":
        return None
    parts = Parts(node, view)
    return parts.ending(parts.op("Not", parts.op("Or", *(parts.op(op, *node.inputs) for op in ("Greater", "Less")))))


@newer(14, "HardSwish")
def hard_swish(node: Node, view: View) -> Rewrite:
    parts, (x,) = Parts(node, view), node.inputs
    gate = parts.op("Clip", parts.op("Add", x, 3.0), min=0.0, max=6.0)
    return parts.ending(parts.op("Div", parts.op("Mul", x, gate), 6.0))


@newer(11, "Round")
def to_nearest(node: Node, view: View) -> Rewrite:
    """Halves go to the even neighbour: one more than floor(x) where the rest is above a half, or a half of an odd."""
    parts, (x,) = Parts(node, view), node.inputs
    floor = parts.op("Floor", x)
    rest = parts.op("Sub", x, floor)
    odd = parts.op("Sub", floor, parts.op("Mul", parts.op("Floor", parts.op("Mul", floor, 0.5)), 2.0))
    more, less = (parts.op("Cast", parts.op(op, rest, 0.5), to=TensorProto.FLOAT) for op in ("Greater", "Less"))
    return parts.ending(parts.op("Add", floor, parts.op("Max", more, parts.op("Mul", odd, parts.op("Sub", 1.0, less)))))


@newer(20, "Gelu")
def gelu(node: Node, view: View) -> Rewrite:
    parts, (x,) = Parts(node, view), node.inputs
    if node.attributes.get("approximate", "none") == "none":
        share = parts.op("Erf", parts.op("Div", x, math.sqrt(2)))
    else:
        cube = parts.op("Mul", parts.op("Mul", parts.op("Mul", x, x), x), 0.044715)
        share = parts.op("Tanh", parts.op("Mul", parts.op("Add", x, cube), math.sqrt(2 / math.pi)))
    return parts.ending(parts.op("Mul", parts.op("Mul", x, parts.op("Add", share, 1.0)), 0.5))


@newer(18, "Mish")
def mish(node: Node, view: View) -> Rewrite:
    parts, (x,) = Parts(node, view), node.inputs
    return parts.ending(parts.op("Mul", x, parts.op("Tanh", parts.op("Softplus", x))))


@newer(24, "Swish")
def swish(node: Node, view: View) -> Rewrite:
    parts = Parts(node, view)
    return parts.ending(_swish(parts, node.inputs[0], node.attributes.get("alpha", 1.0)))


@newer(28, "SwiGLU")
def gated_swish(node: Node, view: View) -> Rewrite:
    parts, (gate, x) = Parts(node, view), node.inputs
    return parts.ending(parts.op("Mul", _swish(parts, gate, node.attributes.get("alpha", 1.0)), x))


def _swish(parts: Parts, x: str, alpha: float) -> str:
    scaled = x if alpha == 1 else parts.op("Mul", x, alpha)
    return parts.op("Mul", x, parts.op("Sigmoid", scaled))


@newer(28, "Mod")
def remainder(node: Node, view: View) -> Optional[Rewrite]:
    """Of fractions it was the truncated quotient's alone."""
    if view.dtype(node.inputs[0]) == "float32" and not node.attributes.get("fmod", 0):
        raise refused(node, "attribute fmod=0 of fractions")
    return None


@newer(27, "Range")
def counted(node: Node, view: View) -> Rewrite:
    """`stash_type` is for floats of 16 bits."""
    return Rewrite((node._replace(attributes=without(node.attributes, "stash_type")),))


@newer(12, "Celu")
def celu(node: Node, view: View) -> Rewrite:
    """Elu of what is divided by alpha, times alpha."""
    parts, (x,), alpha = Parts(node, view), node.inputs, node.attributes.get("alpha", 1.0)
    return parts.ending(parts.op("Mul", parts.op("Elu", parts.op("Div", x, alpha), alpha=1.0), alpha))


@newer(12, "Dropout")
def dropout(node: Node, view: View) -> Rewrite:
    """All is kept, and its mask says so."""
    training = constant_input(node, view, 2, "training_mode")
    if training is not None and training.any():
        raise refused(node, "input training_mode=1")
    made = node._replace(inputs=node.inputs[:1], outputs=node.outputs[:1], attributes=without(node.attributes, "seed"))
    return Rewrite((made,), {name: np.ones(view.shape(node.inputs[0]), np.bool_) for name in node.outputs[1:]})


@newer(19, "Cast")
def cast(node: Node, view: View) -> Rewrite:
    """`saturate` and `round_mode` are for floats of 8 bits."""
    if node.attributes["to"] not in helper.mapping.TENSOR_TYPE_TO_NP_TYPE:
        raise refused(node, "to {}".format(name_of_type(node.attributes["to"])))
    return Rewrite((node._replace(attributes=without(node.attributes, "saturate", "round_mode")),))


@newer(15, "CastLike")
def cast_like(node: Node, view: View) -> Rewrite:
    dtype = view.dtype(node.inputs[1])
    kind = TensorProto.FLOAT if dtype == "float64" else helper.mapping.NP_TYPE_TO_TENSOR_TYPE[np.dtype(dtype)]
    return Rewrite((Node("Cast", node.inputs[:1], node.outputs, {"to": kind}, node.layer),))
