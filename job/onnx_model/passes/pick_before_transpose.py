"""What is picked from an axis is picked before the axes are permuted: less is permuted, and along fewer axes.

before: x [N,L,3,H,C] -> Transpose(2,0,3,1,4) -> Gather(axis=0, 1)
after:  x -> Gather(axis=2, 1) [N,L,H,C] -> Transpose(0,2,1,3)
"""
from typing import Optional

from job.axes import transposed_shape
from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def pick_before_transpose(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    transpose = view.maker(node.inputs[0]) if node.op == "Gather" else None
    index = view.constant(node.inputs[1]) if transpose is not None and transpose.op == "Transpose" else None
    before = view.shape(transpose.inputs[0]) if index is not None else None
    if before is None or index.ndim > 1:
        return None
    perm = transpose.attributes.get("perm", tuple(reversed(range(len(before)))))
    axis = perm[node.attributes.get("axis", 0) % len(before)]
    picked = before[:axis] + index.shape + before[axis + 1:]
    if not index.ndim:
        perm = tuple(place - (place > axis) for place in perm if place != axis)
    name = node.output + ".picked"
    gather = node._replace(inputs=(transpose.inputs[0], node.inputs[1]), attributes={"axis": axis})
    if perm == tuple(range(len(perm))):
        return Rewrite((gather,))
    moved = Node("Transpose", (name,), node.outputs, {"perm": perm}, node.layer)
    return Rewrite((gather._replace(outputs=(name,)), moved), {},
                   {name: picked, node.output: transposed_shape(picked, perm)})
