"""An element picked from an axis, whose axis is then put back, is picked with it.

before: x [N,3,H,W] -> Gather(axis=1, 2) [N,H,W] -> Reshape([N,1,H,W])
after:  x -> Gather(axis=1, [2]) [N,1,H,W]
"""
from typing import Optional

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def keep_axis_of_pick(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    pick = view.maker(node.inputs[0]) if node.op == "Reshape" else None
    index = view.constant(pick.inputs[1]) if pick is not None and pick.op == "Gather" else None
    before, after = (view.shape(pick.inputs[0]), view.shape(node.output)) if index is not None else (None, None)
    if before is None or after is None or index.ndim != 0:
        return None
    axis = pick.attributes.get("axis", 0) % len(before)
    if after != before[:axis] + (1,) + before[axis + 1:]:
        return None
    name = node.output + ".index"
    gather = Node("Gather", (pick.inputs[0], name), node.outputs, {"axis": axis}, node.layer)
    return Rewrite((gather,), {name: index.reshape(1)})
