"""PyTorch 1.1 keeps truth values as bytes; ONNX has a type for them, and the way there and back is nothing. Nor is that
of whole numbers by int64.

before: Greater -> Cast(uint8) -> Cast(bool) -> Where
after:  Greater -> Where

before: indices (int64) -> Cast(float32) -> Add -> Cast(int64) -> Cast(float32) -> Mul
after:  indices (int64) -> Cast(float32) -> Add -> Mul
"""
from typing import Optional

import numpy as np
from onnx import TensorProto

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.whole_numbers import WHOLE

_TRUTH = ("Greater", "Less", "Equal", "Not", "And", "Or", "Xor", "IsNaN")


def remove_casts(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    source = view.maker(node.inputs[0]) if node.op == "Cast" else None
    if source is None or source.op != "Cast":
        return None
    origin, to = view.maker(source.inputs[0]), node.attributes["to"]
    is_truth = to == TensorProto.BOOL and origin is not None and origin.op in _TRUTH
    is_number = to == TensorProto.FLOAT and source.attributes["to"] == TensorProto.INT64 and _is_whole(source.inputs[0], view)
    return Rewrite((Node("Identity", source.inputs, node.outputs, {}, node.layer),)) if is_truth or is_number else None


def _is_whole(name: str, view: View) -> bool:
    """Of float32: a sum or product of whole numbers, and where it is rounded too."""
    value, maker = view.constant(name), view.maker(name)
    if value is not None:
        return bool(np.all(value == np.floor(value)))
    if maker is None or view.dtype(name) != "float32":
        return False
    if maker.op == "Cast":
        return view.dtype(maker.inputs[0]) in WHOLE
    return maker.op == "Floor" or (maker.op in ("Add", "Sub", "Mul") and all(_is_whole(each, view) for each in maker.inputs))
