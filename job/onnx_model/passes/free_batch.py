"""A Reshape whose first axis holds the batch, alone or with others, says -1 for it: any batch will do.

before: x [2,4,3,5] -> Reshape([8,15]), in a network whose inputs are a batch of 2
after:  x -> Reshape([-1,15])

Where the batch is on another axis, or the members of it are mixed, an operator that does so ties it: see Activation.
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def free_batch(graph: Graph) -> Graph:
    batches = {(graph.shapes[name] or (0,))[0] for name in graph.inputs}
    if len(batches) != 1 or 0 in batches:
        return graph
    batch = batches.pop()
    return rewritten(graph, lambda node, view: _rule(node, view, batch))


def _rule(node: Node, view: View, batch: int) -> Optional[Rewrite]:
    if node.op != "Reshape":
        return None
    before, target = view.shape(node.inputs[0]), view.constant(node.inputs[1])
    if target is None or not before or not target.size or 0 in before or (target < 1).any():
        return None
    if before[0] % batch or target[0] % batch:
        return None
    name = node.output + ".shape"
    free = np.concatenate([[-1], target[1:]]).astype(np.int64)
    return Rewrite((node._replace(inputs=(node.inputs[0], name)),), {name: free})
