"""Reshapes in a row are one; a mean is reduced to the shape that is asked of it.

before: ReduceMean(keepdims=1) [2,8,1,1] -> Reshape([2,8])
after:  ReduceMean(keepdims=0) [2,8]
"""
from typing import Optional

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.remove_identities import remove_identities


def merge_reshapes(graph: Graph) -> Graph:
    return remove_identities(rewritten(graph, _rule))


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "Reshape":
        return None
    source = view.maker(node.inputs[0])
    if source is None:
        return None
    if source.op == "Reshape":
        return Rewrite((node._replace(inputs=(source.inputs[0], node.inputs[1])),))
    if source.op == "ReduceMean" and view.sole_maker(node.inputs[0], "ReduceMean"):
        for keepdims in (0, 1):
            same = keepdims == source.attributes.get("keepdims", 1)
            if not same and _reduced(source, keepdims, view) == view.shape(node.output):
                attributes = dict(source.attributes, keepdims=keepdims)
                return Rewrite((source._replace(outputs=node.outputs, attributes=attributes),))
    return None


def _reduced(mean: Node, keepdims: int, view: View):
    shape = view.shape(mean.inputs[0])
    axes = {axis % len(shape) for axis in mean.attributes.get("axes", range(len(shape)))}
    return tuple(1 if axis in axes else size for axis, size in enumerate(shape) if keepdims or axis not in axes)
