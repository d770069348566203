"""Flatten, Squeeze and Unsqueeze are Reshape; every Reshape states its whole target.

before: x [2,8,3,3] -> Flatten(axis=1)
after:  x -> Reshape([2, 72])
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def lower_reshapes(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op not in ("Flatten", "Squeeze", "Unsqueeze", "Reshape"):
        return None
    shape = view.shape(node.output)
    if shape is None:
        return None
    target = node.output + ".shape"
    if node.op == "Reshape" and node.inputs[1] == target:
        return None
    reshape = Node("Reshape", (node.inputs[0], target), node.outputs, {}, node.layer)
    return Rewrite((reshape,), {target: np.array(shape, np.int64)})
