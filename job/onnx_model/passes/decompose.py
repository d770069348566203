"""Operators that TensorFlow Lite has no operator for become simpler ones that say exactly the same.

before: x -> ReduceL1
after:  x -> Abs -> ReduceSum
"""
from typing import Optional

from job.onnx_model.decompositions import DECOMPOSITIONS
from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Graph, Node, Rewrite, View, swept
from job.onnx_model.passes.fold_constants import fold_constants
from job.onnx_model.passes.infer_shapes import infer_shapes


def decompose(graph: Graph) -> Graph:
    """What an operator is said with may have to be said with simpler ones itself, and may ask for shapes."""
    while True:
        simpler = swept(graph, _simpler)
        if simpler is graph:
            return graph
        graph = infer_shapes(fold_constants(simpler))


def _simpler(node: Node, view: View) -> Optional[Rewrite]:
    found = DECOMPOSITIONS.get(node.op)
    if found is None or len(node.outputs) > 1 or any(view.shape(name) is None for name in node.inputs):
        return None
    parts = Parts(node, view)
    result = found.decompose(parts, node.attributes, *node.inputs)
    return parts.ending(result) if result is not None else None
