"""Parts of a Concat that hold nothing go away.

before: x [2,6,9,7], Slice(x) [2,6,0,7] -> Concat(axis=2)
after:  x -> Concat(axis=2)
"""
from typing import Optional

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def drop_empty_parts(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "Concat":
        return None
    filled = tuple(name for name in node.inputs if 0 not in (view.shape(name) or ()))
    return Rewrite((node._replace(inputs=filled),)) if 0 < len(filled) < len(node.inputs) else None
