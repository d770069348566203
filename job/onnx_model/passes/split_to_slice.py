"""A Split of which one part alone is read is a Slice: toco 1.14 dies of a ReLU after a part that is not the first.

before: x [2,6,9,7] -> Split(axis=1, split=[2,4]) -> unread, y
after:  x -> Slice(starts=[2], ends=[6], axes=[1]) -> y
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def split_to_slice(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "Split":
        return None
    read = [place for place, name in enumerate(node.outputs) if name in view.graph.outputs or view.users(name)]
    axis, shapes = node.attributes.get("axis", 0), [view.shape(name) for name in node.outputs]
    if len(read) != 1 or None in shapes:
        return None
    part = node.outputs[read[0]]
    start = sum(shape[axis] for shape in shapes[:read[0]])
    bounds = {part + ".start": start, part + ".end": start + shapes[read[0]][axis], part + ".axis": axis % len(shapes[0])}
    return Rewrite((Node("Slice", (node.inputs[0],) + tuple(bounds), (part,), {}, node.layer),),
                   {name: np.array([value], np.int64) for name, value in bounds.items()})
