"""An average over the whole map is a mean.

before: x [2,8,5,7] -> GlobalAveragePool, or AveragePool(kernel=5x7)
after:  x -> ReduceMean(axes=[2,3], keepdims=1)
"""
from typing import Optional

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def global_pool_to_mean(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    shape = view.shape(node.inputs[0]) if node.inputs else None
    if shape is None or not (node.op == "GlobalAveragePool" or _covers_all(node, shape)):
        return None
    attributes = {"axes": tuple(range(2, len(shape))), "keepdims": 1}
    return Rewrite((Node("ReduceMean", node.inputs, node.outputs, attributes, node.layer),))


def _covers_all(node: Node, shape) -> bool:
    return (node.op == "AveragePool" and tuple(node.attributes["kernel_shape"]) == tuple(shape[2:])
            and not any(node.attributes.get("pads", ())) and node.attributes.get("auto_pad", "NOTSET") == "NOTSET")
