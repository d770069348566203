"""A Slice after a Slice of other axes is one.

before: x [N,C,9,7] -> Slice(axes=[2], starts=[1]) -> Slice(axes=[3], starts=[1])
after:  x -> Slice(axes=[2,3], starts=[1,1]) [N,C,8,6]
"""
from typing import List, Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten

_BOUNDS = ("starts", "ends", "axes", "steps")


def join_slices(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    first = view.sole_maker(node.inputs[0], "Slice") if node.op == "Slice" else None
    before = view.shape(node.inputs[0])
    if first is None or before is None:
        return None
    inner, outer = _bounds(first, view), _bounds(node, view)
    if inner is None or outer is None:
        return None
    if {axis % len(before) for axis in inner[2].tolist()} & {axis % len(before) for axis in outer[2].tolist()}:
        return None
    names = tuple("{}.{}".format(node.output, name) for name in _BOUNDS)
    values = [np.concatenate(pair).astype(np.int64) for pair in zip(inner, outer)]
    return Rewrite((node._replace(inputs=first.inputs[:1] + names),), dict(zip(names, values)))


def _bounds(node: Node, view: View) -> Optional[List[np.ndarray]]:
    """Starts, ends, axes and steps, where all are constants."""
    found = [view.constant(name) for name in node.inputs[1:]]
    if any(each is None for each in found) or len(found) < 3:
        return None
    return found + [np.ones_like(found[0])] * (4 - len(found))
