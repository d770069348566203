"""Operators that return what they are given go away.

before: Conv -> Dropout -> Identity -> Relu
after:  Conv -> Relu
"""
from typing import Dict

import numpy as np

from job.onnx_model.graph import Graph, Node, View, replaced_uses, without_dead_nodes


def remove_identities(graph: Graph) -> Graph:
    view = View(graph)
    same_as = {}  # type: Dict[str, str]
    for node in graph.nodes:
        if node.output not in graph.outputs and _is_identity(node, view):
            source = node.inputs[0]
            same_as[node.output] = same_as.get(source, source)
    return without_dead_nodes(graph._replace(nodes=replaced_uses(graph.nodes, same_as)))


def _is_identity(node: Node, view: View) -> bool:
    if node.op in ("Identity", "Dropout"):
        return True
    if node.op == "Pad":
        return not any(node.attributes["pads"])
    if node.op == "Transpose":
        return tuple(node.attributes.get("perm", ())) == tuple(range(len(node.attributes.get("perm", ())))) != ()
    if node.op == "Concat":
        return len(node.inputs) == 1
    if node.op in ("Mul", "Div", "Add", "Sub"):
        neutral = view.constant(node.inputs[1])
        value = 1 if node.op in ("Mul", "Div") else 0
        return neutral is not None and bool(np.all(neutral == value)) and _keeps_shape(node, view)
    return node.op in ("Reshape", "Flatten", "Expand") and _keeps_shape(node, view)


def _keeps_shape(node: Node, view: View) -> bool:
    shape = view.shape(node.inputs[0])
    return shape is not None and shape == view.shape(node.output)
