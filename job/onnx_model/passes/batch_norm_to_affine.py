"""BatchNorm in eval mode is a scale and a shift per channel.

before: x -> BatchNormalization(gamma, beta, mean, variance)
after:  x -> Mul(scale [C,1,1]) -> Add(shift [C,1,1])
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def batch_norm_to_affine(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "BatchNormalization" or len(node.outputs) > 1:
        return None
    shape = view.shape(node.inputs[0])
    gamma, beta, mean, variance = (view.constant(name) for name in node.inputs[1:])
    if shape is None or any(value is None for value in (gamma, beta, mean, variance)):
        return None
    scale = gamma.astype(np.float64) / np.sqrt(variance.astype(np.float64) + node.attributes.get("epsilon", 1e-5))
    shift = beta - mean * scale
    broadcast = (-1,) + (1,) * (len(shape) - 2)
    scaled = node.output + ".scaled"
    names = node.output + ".scale", node.output + ".shift"
    constants = {name: value.reshape(broadcast).astype(np.float32) for name, value in zip(names, (scale, shift))}
    return Rewrite((Node("Mul", (node.inputs[0], names[0]), (scaled,), {}, node.layer),
                    Node("Add", (scaled, names[1]), node.outputs, {}, node.layer)),
                   constants, {scaled: shape})
