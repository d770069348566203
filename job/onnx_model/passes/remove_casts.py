"""PyTorch 1.1 keeps truth values as bytes; ONNX has a type for them, and the way there and back is nothing.

before: Greater -> Cast(uint8) -> Cast(bool) -> Where
after:  Greater -> Where
"""
from typing import Optional

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten

_TRUTH = ("Greater", "Less", "Equal", "Not", "And", "Or", "Xor", "IsNaN")
_BOOL = 9  # ONNX's number


def remove_casts(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "Cast" or node.attributes["to"] != _BOOL:
        return None
    source = view.maker(node.inputs[0])
    origin = view.maker(source.inputs[0]) if source is not None and source.op == "Cast" else None
    if origin is None or origin.op not in _TRUTH:
        return None
    return Rewrite((Node("Identity", source.inputs, node.outputs, {}, node.layer),))
