"""The largest and the smallest of any number of tensors, two at a time.

before: a, b, c -> Max
after:  a, b -> Max, c -> Max
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.values import Shape


def operands_in_pairs(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    shapes = [view.shape(name) for name in node.inputs]
    if node.op not in ("Max", "Min") or len(node.inputs) == 2 or None in shapes:
        return None
    if len(node.inputs) == 1:
        return Rewrite((node._replace(op="Identity"),))
    first = "{}.of_{}".format(node.output, len(node.inputs))
    pair = node._replace(inputs=node.inputs[:2], outputs=(first,))
    rest = node._replace(inputs=(first,) + node.inputs[2:])
    return Rewrite((pair, rest), {}, {first: broadcast_shape(*shapes[:2])})


def broadcast_shape(left: Shape, right: Shape) -> Shape:
    return np.broadcast(np.broadcast_to(0, left), np.broadcast_to(0, right)).shape
