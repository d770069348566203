"""Dividing by a constant is multiplying by its reciprocal, which fuses and quantises better.

before: x -> Div(6)
after:  x -> Mul(1/6)
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def division_to_multiplication(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    divisor = view.constant(node.inputs[1]) if node.op == "Div" else None
    if divisor is None or divisor.dtype != np.float32 or not np.all(divisor):
        return None
    reciprocal, normal = 1.0 / divisor.astype(np.float64), np.finfo(np.float32)
    if np.any(np.abs(reciprocal) > normal.max) or np.any(np.abs(reciprocal) < normal.tiny):
        return None
    name = node.output + ".reciprocal"
    product = Node("Mul", (node.inputs[0], name), node.outputs, {}, node.layer)
    return Rewrite((product,), {name: np.asarray(reciprocal, np.float32)})
