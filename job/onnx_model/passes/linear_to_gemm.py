"""Every product of a matrix and a constant matrix is one Gemm with PyTorch's weight layout.

before: x [N,I] -> MatMul(w [I,O]) -> Add(b [O]), or Gemm with alpha, beta, transA or w [I,O]
after:  x -> Gemm(w [O,I], b [O], transB=1)
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def linear_to_gemm(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    weight = view.constant(node.inputs[1]) if node.op in ("MatMul", "Gemm") else None
    if weight is None or weight.ndim != 2 or len(view.shape(node.inputs[0]) or ()) != 2:
        return None
    return _gemm_from_matmul(node, weight) if node.op == "MatMul" else _plain_gemm(node, weight, view)


def _gemm_from_matmul(node: Node, weight: np.ndarray) -> Rewrite:
    names = node.output + ".weight", node.output + ".bias"
    gemm = Node("Gemm", (node.inputs[0],) + names, node.outputs, {"transB": 1}, node.layer)
    # ONNX's Gemm must have a bias up to opset 10.
    return Rewrite((gemm,), dict(zip(names, (np.ascontiguousarray(weight.T), np.zeros(weight.shape[1], weight.dtype)))))


def _plain_gemm(node: Node, weight: np.ndarray, view: View) -> Optional[Rewrite]:
    attributes = dict({"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0}, **node.attributes)
    bias, outputs = view.constant(node.inputs[2]), view.shape(node.output)
    if bias is None or outputs is None or not (bias.size == 1 or bias.shape[-1:] == (bias.size,) == (outputs[1],)):
        return None
    if node.attributes == {"transB": 1} and bias.shape == (outputs[1],):
        return None
    names = node.inputs[0], node.output + ".weight", node.output + ".bias"
    weight = weight if attributes["transB"] else np.ascontiguousarray(weight.T)
    row = np.broadcast_to(bias.reshape(-1), (outputs[1],))
    constants = {names[1]: weight * np.float32(attributes["alpha"]) if attributes["alpha"] != 1 else weight,
                 names[2]: (row * np.float32(attributes["beta"])).astype(weight.dtype)}
    nodes, shapes = [], {}
    if attributes["transA"]:
        names = (node.output + ".transposed",) + names[1:]
        nodes.append(Node("Transpose", node.inputs[:1], names[:1], {"perm": (1, 0)}, node.layer))
        shapes[names[0]] = tuple(reversed(view.shape(node.inputs[0])))
    nodes.append(Node("Gemm", names, node.outputs, {"transB": 1}, node.layer))
    return Rewrite(tuple(nodes), constants, shapes)
