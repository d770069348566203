"""The largest and the smallest of any number of tensors, two at a time.

before: a, b, c -> Max
after:  a, b -> Max, c -> Max
"""
from typing import Mapping, Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.values import Shape

_OPERATORS = ("Max", "Min")


def operands_in_pairs(graph: Graph) -> Graph:
    made = rewritten(graph, _rule)
    return made if made is graph else made._replace(dtypes=_with_pairs(made))


def _with_pairs(graph: Graph) -> Mapping[str, str]:
    """A pair is of what is made of it: float32 is taken for granted of what nothing is said of."""
    dtypes = dict(graph.dtypes)
    for node in reversed(graph.nodes):
        if node.op in _OPERATORS and node.output in dtypes:
            dtypes.setdefault(node.inputs[0], dtypes[node.output])
    return dtypes


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    shapes = [view.shape(name) for name in node.inputs]
    if node.op not in _OPERATORS or len(node.inputs) == 2 or None in shapes:
        return None
    if len(node.inputs) == 1:
        return Rewrite((node._replace(op="Identity"),))
    first = "{}.of_{}".format(node.output, len(node.inputs))
    pair = node._replace(inputs=node.inputs[:2], outputs=(first,))
    rest = node._replace(inputs=(first,) + node.inputs[2:])
    return Rewrite((pair, rest), {}, {first: broadcast_shape(*shapes[:2])})


def broadcast_shape(left: Shape, right: Shape) -> Shape:
    return np.broadcast(np.broadcast_to(0, left), np.broadcast_to(0, right)).shape
