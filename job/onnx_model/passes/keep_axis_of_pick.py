"""An element picked from an axis, whose axis is then put back, is picked with it; so is one that had another axis of one put
beside it before.

before: x [N,3,H,W] -> Gather(axis=1, 2) [N,H,W] -> Reshape([N,1,H,W])
or:     x [N,3,H,W] -> Reshape([N,1,3,H,W]) -> Gather(axis=2, 2) [N,1,H,W]
after:  x -> Gather(axis=1, [2]) [N,1,H,W]
"""
from typing import Optional

from job.onnx_model.axes_of_one import axis_in
from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def keep_axis_of_pick(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    other = view.maker(node.inputs[0]) if node.op in ("Reshape", "Gather") else None
    if other is None or {node.op, other.op} != {"Reshape", "Gather"}:
        return None
    pick = node if node.op == "Gather" else other
    index, source = view.constant(pick.inputs[1]), other.inputs[0]
    before, read, after = view.shape(source), view.shape(pick.inputs[0]), view.shape(node.output)
    if index is None or index.ndim != 0 or before is None or read is None or after is None:
        return None
    axis = axis_in(before, read, pick.attributes.get("axis", 0) % len(read))
    if axis is None or after != before[:axis] + (1,) + before[axis + 1:]:
        return None
    name = node.output + ".index"
    gather = Node("Gather", (source, name), node.outputs, {"axis": axis}, node.layer)
    return Rewrite((gather,), {name: index.reshape(1)})
