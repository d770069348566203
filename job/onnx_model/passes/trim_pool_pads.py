"""A pool's end padding is what its windows reach: for ceil_mode the exporter pads too much, or too little.

before: x [1,8,111,111] -> MaxPool(3x3, strides=2, pads=[0,0,2,2]) [1,8,55,55]
after:  x -> MaxPool(3x3, strides=2, pads=[0,0,0,0])
"""
import operator
from typing import Optional

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def trim_pool_pads(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op not in ("MaxPool", "AveragePool") or "pads" not in node.attributes:
        return None
    if node.op == "AveragePool" and node.attributes.get("count_include_pad", 0):
        return None
    before, after = view.shape(node.inputs[0]), view.shape(node.output)
    if before is None or after is None:
        return None
    kernel = node.attributes["kernel_shape"]
    rank = len(kernel)
    strides = node.attributes.get("strides", (1,) * rank)
    dilations = node.attributes.get("dilations", (1,) * rank)
    begin, end = node.attributes["pads"][:rank], node.attributes["pads"][rank:]
    reached = [(after[axis + 2] - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1
               for axis in range(rank)]
    needed = tuple(max(reached[axis] - before[axis + 2] - begin[axis], 0) for axis in range(rank))
    if needed == tuple(end) or (node.op == "AveragePool" and any(map(operator.gt, needed, end))):
        return None
    return Rewrite((node._replace(attributes=dict(node.attributes, pads=tuple(begin) + needed)),))
