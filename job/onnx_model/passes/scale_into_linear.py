"""A scale of one number moves past what only moves elements, and past products, into the weights of the linear layer before.

before: x -> MatMul(w) -> Add(b) -> Reshape -> Transpose -> MatMul(y) -> Mul(0.125)
after:  x -> MatMul(w * 0.125) -> Add(b * 0.125) -> Reshape -> Transpose -> MatMul(y)
"""
from typing import List, Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.linear_layers import linear_layer
from job.onnx_model.passes.fold_affine import constant_operand
from job.onnx_model.steps import Steps

_MOVES = ("Reshape", "Transpose")


def scale_into_linear(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    operand = constant_operand(node, view) if node.op == "Mul" else None
    if operand is None or operand[1].size != 1 or view.shape(operand[0]) != view.shape(node.output):
        return None
    moves, name = [], operand[0]  # type: List[Node], str
    while _passes_on(name, view):
        moves.append(view.maker(name))
        name = moves[-1].inputs[0]
    layer = linear_layer(name, view)
    if layer is None or any(view.shape(move.output) is None for move in moves):
        return None
    steps = Steps(node, "scaled")
    y = layer.scaled(np.float32(operand[1].reshape(()))).laid(steps, view)
    for move in reversed(moves):
        y = steps.add(move.op, (y,) + move.inputs[1:], view.shape(move.output), **move.attributes)
    return steps.ending_in(y)


def _passes_on(name: str, view: View) -> bool:
    """Whether the tensor, that nothing else reads, is as many times larger as the first thing is that it is made of."""
    maker = view.sole_maker(name, "MatMul", *_MOVES)
    return maker is not None and (maker.op != "MatMul" or view.constant(maker.inputs[1]) is None)
