"""Indices that a network computes may count from the last element in ONNX, where a .tflite's GATHER knows the first alone.

before: x -> Cast(int64) -> Gather(table of 9 rows)
after:  x -> Cast(int64) -> Cast(float32), with 9 where it is below zero -> Add -> Cast(int64) -> Gather
"""
from typing import Collection, Optional

from onnx import TensorProto

from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Graph, Node, Rewrite, View, swept
from job.onnx_model.opsets.newer.indices import from_the_first
from job.onnx_model.passes.infer_shapes import infer_shapes
from job.onnx_model.whole_numbers import EXACT, MOVED, WHOLE, bounds_of

_NEVER = ("Abs", "Relu", "Sigmoid", "Sqrt", "Exp", "ReduceL1", "ReduceL2", "ReduceSumSquare")
_WHERE_ALL_ARE = {"Add": 0, "Concat": 0, "Div": 0, "Min": 0, "Mul": 0, "Sum": 0, "Where": 1}  # from this input on


def counted_from_the_first(graph: Graph, gathers: Collection[str]) -> Graph:
    """`gathers` are the outputs of the Gathers that are the file's own: what others became counts so already."""
    def rule(node: Node, view: View) -> Optional[Rewrite]:
        if node.op != "Gather" or node.output not in gathers or never_below_zero(node.inputs[1], view):
            return None
        size = view.shape(node.inputs[0])[node.attributes.get("axis", 0)]
        if size > EXACT:
            return None
        parts = Parts(node, view)
        places = parts.op("Cast", from_the_first(parts, node.inputs[1], size), to=TensorProto.INT64)
        return parts.ending(parts.op("Gather", node.inputs[0], places, **node.attributes))
    made = swept(graph, rule)
    return graph if made is graph else infer_shapes(made)


def never_below_zero(name: str, view: View) -> bool:
    """Whether no element is; of whole numbers that a caller gives that is taken for granted, as PyTorch's Embedding does."""
    bounds, value, node = bounds_of(name, view), view.constant(name), view.maker(name)
    if bounds is not None or value is not None:
        return bounds[0] >= 0 if bounds is not None else bool((value >= 0).all())
    if node is None:
        return view.dtype(name) in WHOLE
    if node.op == "Clip" and node.attributes.get("min", -1) >= 0 or node.op in _NEVER:
        return True
    if node.op == "Max":
        return any(never_below_zero(each, view) for each in node.inputs)
    if node.op in _WHERE_ALL_ARE:
        return all(never_below_zero(each, view) for each in node.inputs[_WHERE_ALL_ARE[node.op]:])
    return node.op in MOVED + ("Cast",) and never_below_zero(node.inputs[0], view)
