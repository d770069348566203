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
    name = node.output + ".weight"
    return Rewrite((Node("Gemm", (node.inputs[0], name), node.outputs, {"transB": 1}, node.layer),),
                   {name: np.ascontiguousarray(weight.T)})


def _plain_gemm(node: Node, weight: np.ndarray, view: View) -> Optional[Rewrite]:
    attributes = dict({"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0}, **node.attributes)
    outputs = view.shape(node.output)
    bias = view.constant(node.inputs[2]) if len(node.inputs) > 2 and node.inputs[2] else None
    absent = len(node.inputs) < 3 or not node.inputs[2]
    if outputs is None or (bias is None and not absent):
        return None
    is_row = bias is None or (bias.size in (1, outputs[1]) and bias.shape[-1:] in ((), (1,), (outputs[1],)))
    flat = bias is None or bias.shape == (outputs[1],)
    if not is_row or (node.attributes == {"transB": 1} and flat):
        return None
    names = [node.inputs[0], node.output + ".weight"]
    weight = weight if attributes["transB"] else np.ascontiguousarray(weight.T)
    constants = {names[1]: weight * np.float32(attributes["alpha"]) if attributes["alpha"] != 1 else weight}
    nodes, shapes = [], {}
    if attributes["transA"]:
        names[0] = node.output + ".transposed"
        nodes.append(Node("Transpose", node.inputs[:1], (names[0],), {"perm": (1, 0)}, node.layer))
        shapes[names[0]] = tuple(reversed(view.shape(node.inputs[0])))
    if bias is not None:
        names.append(node.output + ".bias")
        row = np.broadcast_to(bias.reshape(-1), (outputs[1],))
        constants[names[2]] = (row * np.float32(attributes["beta"])).astype(weight.dtype)
    nodes.append(Node("Gemm", tuple(names), node.outputs, {"transB": 1}, node.layer))
    return Rewrite(tuple(nodes), constants, shapes)
