"""A norm of groups of channels is taken of the map as it lies: exporters say it as one of rows.

before: x [N,6,H,W] -> Reshape([N,2,-1]) -> InstanceNormalization -> Reshape([N,6,H,W])
after:  (x - mean) / sqrt(variance + epsilon) * scale + bias, their means averaged over each group by a 1x1 Conv
"""
from typing import Callable, Optional, Sequence

import numpy as np

from job.onnx_model.decompositions.normalisation import moments
from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.infer_shapes import infer_shapes
from job.values import Shape


def group_norm_of_channels(graph: Graph) -> Graph:
    changed = rewritten(graph, _rule)
    return graph if changed is graph else infer_shapes(changed)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    norm = view.sole_maker(node.inputs[0], "InstanceNormalization") if node.op == "Reshape" else None
    rows = view.sole_maker(norm.inputs[0], "Reshape") if norm else None
    x = rows.inputs[0] if rows else ""
    shape, grouped = view.shape(x), view.shape(norm.inputs[0]) if norm else None
    scale_bias = [view.constant(name) for name in norm.inputs[1:]] if norm else []
    if not shape or not grouped or shape != view.shape(node.output) or any(each is None for each in scale_bias):
        return None
    groups = grouped[1]
    if shape[0] != grouped[0] or shape[1] % groups or len(shape) not in (3, 4) and groups > 1:
        return None
    return _of_map(Parts(node, view), x, shape, groups, scale_bias, norm.attributes.get("epsilon", 1e-5))


def _of_map(parts: Parts, x: str, shape: Shape, groups: int, scale_bias: Sequence[np.ndarray],
            epsilon: float) -> Rewrite:
    rank = len(shape)
    if groups in (1, shape[1]):
        centred, variance = moments(parts, x, tuple(range(1 if groups == 1 else 2, rank)))
    else:
        centred, variance = moments(parts, x, tuple(range(2, rank)), _averaged(shape, groups))
    y = parts.op("Div", centred, parts.op("Sqrt", parts.op("Add", variance, epsilon)))
    for op, value, neutral in zip(("Mul", "Add"), scale_bias, (1, 0)):
        if np.any(value != neutral):
            y = parts.op(op, y, value.repeat(shape[1] // groups).reshape((-1,) + (1,) * (rank - 2)))
    return parts.ending(y)


def _averaged(shape: Shape, groups: int) -> Callable[[Parts, str], str]:
    """Of one number for each channel the average over its group."""
    size = shape[1] // groups
    kernel = np.kron(np.eye(groups), np.full((size, size), 1 / size)).astype(np.float32)
    ones = (1,) * (len(shape) - 2)

    def average(parts: Parts, each: str) -> str:
        return parts.op("Conv", each, kernel.reshape(kernel.shape + ones), kernel_shape=ones)
    return average
