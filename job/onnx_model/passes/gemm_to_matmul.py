"""A Gemm whose weight or bias is computed, or whose bias differs from row to row, is a product and a sum.

before: Gemm(x [N,I], w [O,I], c [N,O], alpha, beta, transB=1)
after:  MatMul(x, Transpose(w)) -> Mul(alpha) -> Add(Mul(c, beta))
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.steps import Steps


def gemm_to_matmul(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "Gemm" or any(view.shape(name) is None for name in node.inputs + node.outputs):
        return None
    weight, bias = (view.constant(name) for name in node.inputs[1:3])
    if weight is not None and bias is not None and (bias.size == 1 or bias.shape[-1:] == (bias.size,)):
        return None
    return _product_and_sum(node, view)


def _product_and_sum(node: Node, view: View) -> Rewrite:
    steps = Steps(node, "product")
    for name in node.inputs:
        steps.knows(name, view.shape(name))
    sides = [_transposed(steps, name, view) if node.attributes.get(side) else name
             for name, side in zip(node.inputs, ("transA", "transB"))]
    product = steps.add("MatMul", sides, view.shape(node.output))
    product = _scaled(steps, product, node.attributes.get("alpha", 1.0), view)
    bias = _scaled(steps, node.inputs[2], node.attributes.get("beta", 1.0), view)
    return steps.ending_in(steps.add("Add", [product, bias], view.shape(node.output)))


def _transposed(steps: Steps, name: str, view: View) -> str:
    known = view.constant(name)
    return steps.transpose(name, (1, 0)) if known is None else steps.constant(known.T)


def _scaled(steps: Steps, name: str, factor: float, view: View) -> str:
    if factor == 1:
        return name
    known = view.constant(name)
    if known is not None:
        return steps.constant(known * np.float32(factor))
    return steps.add("Mul", [name, steps.constant(np.array(factor, np.float32))], steps.shape(name))
