"""Convolutions and pools along one axis are done on maps of height one.

before: x [N,C,L] -> Conv(kernel=[3])
after:  x -> Reshape([N,C,1,L]) -> Conv(kernel=[1,3]) -> Reshape([N,O,L])
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.values import Shape

_OPS = ("Conv", "ConvTranspose", "MaxPool", "AveragePool")
_ONE_MORE = {"kernel_shape": 1, "strides": 1, "dilations": 1, "output_padding": 0}  # what the height gets


def raise_rank(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    before, after = (view.shape(name) for name in (node.inputs[0], node.output)) if node.op in _OPS else (None, None)
    if before is None or after is None or len(before) != 3 or len(node.outputs) > 1:
        return None
    weight = view.constant(node.inputs[1]) if node.op.startswith("Conv") else None
    if node.op.startswith("Conv") and weight is None:
        return None
    mapped, result, kernel = node.output + ".map", node.output + ".row", node.output + ".kernel"
    constants = {mapped + ".shape": np.array(with_height(before), np.int64),
                 node.output + ".shape": np.array(after, np.int64)}
    inputs = (mapped,) + node.inputs[1:]
    if weight is not None:
        constants[kernel] = weight[:, :, None, :]
        inputs = (mapped, kernel) + node.inputs[2:]
    raised = node._replace(inputs=inputs, outputs=(result,), attributes=_raised(node.attributes))
    return Rewrite((Node("Reshape", (node.inputs[0], mapped + ".shape"), (mapped,), {}, node.layer), raised,
                    Node("Reshape", (result, node.output + ".shape"), node.outputs, {}, node.layer)), constants,
                   {mapped: with_height(before), result: with_height(after)})


def with_height(shape: Shape) -> Shape:
    """Of the map whose one row is [N,C,L]."""
    return (shape[0], shape[1], 1, shape[2])


def _raised(attributes):
    raised = {name: ((_ONE_MORE[name],) + tuple(value) if name in _ONE_MORE else value)
              for name, value in attributes.items()}
    if "pads" in attributes:
        begin, end = attributes["pads"]
        raised["pads"] = (0, begin, 0, end)
    return raised
