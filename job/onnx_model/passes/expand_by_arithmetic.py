"""What arithmetic broadcasts anyway is not repeated for it first: the gates of squeeze-and-excite by expand_as.

before: gate (N,C,1,1) -> Expand (N,C,H,W), with x (N,C,H,W) -> Mul
after:  gate, x -> Mul
"""
from typing import Optional

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.operands_in_pairs import broadcast_shape

_ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Max", "Min")


def expand_by_arithmetic(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op not in _ARITHMETIC or view.dtype(node.output) != "float32":
        return None
    for place, other in ((0, 1), (1, 0)):
        source = _unexpanded(node.inputs[place], view)
        shape = view.shape(node.inputs[other])
        if source and shape and broadcast_shape(view.shape(source), shape) == view.shape(node.output):
            return Rewrite((node._replace(inputs=tuple(source if each == place else name
                                                       for each, name in enumerate(node.inputs))),))
    return None


def _unexpanded(name: str, view: View) -> Optional[str]:
    """What was repeated along axes of one to make it, and of no other."""
    maker = view.maker(name)
    if maker is None or maker.op not in ("Expand", "Tile"):
        return None
    before, after = view.shape(maker.inputs[0]), view.shape(name)
    if before is None or after is None or len(before) != len(after):
        return None
    return maker.inputs[0] if all(old in (1, new) for old, new in zip(before, after)) else None
