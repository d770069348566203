"""Truth values: PyTorch 1.1's are bytes, ONNX's are a type of their own."""
from typing import Any

import torch
from onnx import TensorProto

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, constant_tensor, integer, number, operand

_COMPARED = ("onnx::Greater", "onnx::Less", "onnx::Equal", "onnx::Not", "onnx::And", "onnx::Or", "onnx::Xor", "onnx::IsNaN")
_MOVED = ("onnx::Expand", "onnx::Flatten", "onnx::Reshape", "onnx::Slice", "onnx::Squeeze", "onnx::Transpose", "onnx::Unsqueeze")


def is_bytes(x: Any) -> bool:
    return x.node().kind() == "onnx::Cast" and x.node()["to"] == TensorProto.UINT8


def truth(g: Any, x: Any) -> Any:
    """As ONNX's own type: what is not 0."""
    return g.op("Cast", x, to_i=TensorProto.BOOL)


def _bytes(g: Any, x: Any) -> Any:
    return g.op("Cast", x, to_i=TensorProto.UINT8)


def is_truth(x: Any) -> bool:
    """Whether a tensor of bytes has ones and zeros alone: a comparison's, such a constant, or parts of one."""
    node, known = x.node(), constant_tensor(x)
    if known is not None:
        return known.dtype == torch.uint8 and not (known > 1).any()
    made_of = next(iter(node.inputs()), None)
    return made_of is not None and (is_truth(made_of) if node.kind() in _MOVED else
                                    is_bytes(x) and made_of.node().kind() in _COMPARED)


def negated(g: Any, x: Any) -> Any:
    return _bytes(g, g.op("Not", truth(g, x))) if is_truth(x) else None


def _logical(op: str):
    """Of bits in general, so of ones and zeros alone."""
    def combine(g: Any, x: Any, other: Any) -> Any:
        if not (is_truth(x) and is_truth(other)):
            return None
        return _bytes(g, g.op(op, truth(g, x), truth(g, other)))
    return combine


# The exporter takes the last underscore of a name for the mark of an operator that works in place.
exports("__and_")(_logical("And"))
exports("__or_")(_logical("Or"))
exports("__xor_")(_logical("Xor"))


def unequal(g: Any, x: Any, other: Any) -> Any:
    """Above or below: up to opset 10 ONNX compares whole numbers only. Of numbers, so not of NaN."""
    kind = x.type().scalarType()
    if kind == "Byte":  # which ONNX does not compare at all
        x, other = (g.op("Cast", each, to_i=TensorProto.INT32) for each in (x, other))
    if kind in ("Byte", "Int", "Long"):
        return g.op("Not", g.op("Equal", x, other))
    return g.op("Or", g.op("Greater", x, other), g.op("Less", x, other))


@exports("ne")
def not_equal(g: Any, x: Any, other: Any) -> Any:
    """x != x asks for NaN; a truth value beside 0 is what it is."""
    if is_truth(x):
        known = constant_tensor(operand(g, other, x))
        return x if known is not None and not known.any() else None
    if x is other and x.type().scalarType() == "Float":
        return _bytes(g, g.op("IsNaN", x))
    return _bytes(g, unequal(g, x, operand(g, other, x))) if x is not other and not is_bytes(x) else None


@exports("eq")
def equal(g: Any, x: Any, other: Any) -> Any:
    different = not_equal(g, x, other)
    return negated(g, different) if different is not None else None


def _of_all(op: str):
    def reduce(g: Any, x: Any, dim: Any = None, keepdim: Any = None) -> Any:
        if not is_truth(x):
            return None
        options = {"keepdims_i": 0} if dim is None else {"axes_i": [integer(dim) % x.type().dim()],
                                                         "keepdims_i": integer(keepdim)}
        found = g.op(op, g.op("Cast", x, to_i=TensorProto.FLOAT), **options)
        return _bytes(g, g.op("Greater", found, constant(g, 0.5)))
    return reduce


exports("any")(_of_all("ReduceMax"))
exports("all")(_of_all("ReduceMin"))


@exports("where")
def where(g: Any, condition: Any, yes: Any, no: Any) -> Any:
    return g.op("Where", truth(g, condition), yes, no)


@exports("masked_fill")
def masked_fill(g: Any, x: Any, mask: Any, value: Any) -> Any:
    return g.op("Where", truth(g, mask), constant(g, number(value)), x)
