"""A Gemm whose weight or bias is computed, or whose bias differs from row to row, is a product and a sum.

before: Gemm(x [N,I], w [O,I], c [N,O], alpha, beta, transB=1)
after:  MatMul(x, Transpose(w)) -> Mul(alpha) -> Add(Mul(c, beta))
"""
from typing import Dict, List, Optional, Tuple

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.values import Shape


def gemm_to_matmul(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "Gemm" or any(view.shape(name) is None for name in node.inputs + node.outputs):
        return None
    weight, bias = (view.constant(name) for name in node.inputs[1:3])
    if weight is not None and bias is not None and (bias.size == 1 or bias.shape[-1:] == (bias.size,)):
        return None
    return _Parts(node, view).rewrite()


class _Parts:
    """The nodes in the making."""

    def __init__(self, node: Node, view: View) -> None:
        self._node, self._view = node, view
        self._nodes, self._constants, self._shapes = [], {}, {}  # type: Tuple[List[Node], Dict, Dict[str, Shape]]

    def rewrite(self) -> Rewrite:
        node, view = self._node, self._view
        sides = [self._transposed(name) if node.attributes.get(side) else name
                 for name, side in zip(node.inputs, ("transA", "transB"))]
        product = self._made("MatMul", sides, "product", view.shape(node.output))
        product = self._scaled(product, view.shape(node.output), "alpha")
        bias = self._scaled(node.inputs[2], view.shape(node.inputs[2]), "beta")
        total = Node("Add", (product, bias), node.outputs, {}, node.layer)
        return Rewrite(tuple(self._nodes) + (total,), self._constants, self._shapes)

    def _transposed(self, name: str) -> str:
        known = self._view.constant(name)
        if known is not None:
            self._constants[self._node.output + ".weight"] = np.ascontiguousarray(known.T)
            return self._node.output + ".weight"
        shape = tuple(reversed(self._view.shape(name)))
        return self._made("Transpose", [name], name + ".transposed", shape, perm=(1, 0))

    def _scaled(self, name: str, shape: Shape, factor: str) -> str:
        value = self._node.attributes.get(factor, 1.0)
        if value == 1:
            return name
        constant, known = "{}.{}".format(self._node.output, factor), self._view.constant(name)
        if known is not None:
            self._constants[constant] = known * np.float32(value)
            return constant
        self._constants[constant] = np.array(value, np.float32)
        return self._made("Mul", [name, constant], factor + ".scaled", shape)

    def _made(self, op: str, inputs: List[str], end: str, shape: Shape, **attributes) -> str:
        output = "{}.{}".format(self._node.output, end)
        self._nodes.append(Node(op, tuple(inputs), (output,), attributes, self._node.layer))
        self._shapes[output] = shape
        return output
