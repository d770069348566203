"""Of very many numbers a mean, or a sum, is taken axis by axis: see job.onnx_model.moments.

before: x [2,8,50,70] -> ReduceMean(axes=[2,3])
after:  x -> ReduceMean(axes=[3]) -> ReduceMean(axes=[2])
"""
from typing import Optional

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.moments import MEAN_AT_ONCE, in_turn
from job.onnx_model.steps import Steps
from job.values import Shape


def means_in_turn(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    is_sum = node.op in ("ReduceMean", "ReduceSum") and view.dtype(node.inputs[0]) == "float32"
    shape = view.shape(node.inputs[0]) if is_sum else None
    if not shape:
        return None
    axes = sorted(axis % len(shape) for axis in node.attributes.get("axes", range(len(shape))))
    turns = in_turn(axes, [shape[axis] for axis in axes], MEAN_AT_ONCE)
    if len(turns) == 1:
        return None
    keepdims, steps = node.attributes.get("keepdims", 1), Steps(node, "turn")
    x = steps.knows(node.inputs[0], shape)
    for turn in turns:
        x = steps.add(node.op, [x], _without(steps.shape(x), turn[0], keepdims), axes=turn, keepdims=keepdims)
    return steps.ending_in(x)


def _without(shape: Shape, axis: int, keepdims: int) -> Shape:
    return shape[:axis] + (1,) * keepdims + shape[axis + 1:]
