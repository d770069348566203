"""A channel shuffle is a choice of channels, in the layout that maps have anyway.

before: x [N,6,H,W] -> Reshape([N,2,3,H,W]) -> Transpose(0,2,1,3,4) -> Reshape([N,6,H,W])
after:  x -> Gather(axis=1, [0,3,1,4,2,5])
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def shuffle_to_gather(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    transpose = view.sole_maker(node.inputs[0], "Transpose") if node.op == "Reshape" else None
    split = view.sole_maker(transpose.inputs[0], "Reshape") if transpose is not None else None
    if split is None:
        return None
    before, grouped, after = (view.shape(name) for name in (split.inputs[0], split.output, node.output))
    swapped = (0, 2, 1) + tuple(range(3, len(grouped)))
    if tuple(transpose.attributes.get("perm", ())) != swapped or before != after or len(before) < 3:
        return None
    if grouped != (before[0], grouped[1], grouped[2]) + before[2:] or grouped[1] * grouped[2] != before[1]:
        return None
    order = np.arange(before[1]).reshape(grouped[1], grouped[2]).T.reshape(-1)
    name = node.output + ".channels"
    return Rewrite((Node("Gather", (split.inputs[0], name), node.outputs, {"axis": 1}, node.layer),),
                   {name: order.astype(np.int64)})
