"""Linear interpolation at places that TensorFlow Lite's own operator does not take.

before: x [1,1,2,4] -> Resize(linear, scales [1,1,0.6,0.6])
after:  for each axis: Gather(x, left) * near + Gather(x, right) * far
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.steps import Steps


def linear_resize(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "Resize" or node.attributes.get("mode") != "linear":
        return None
    scales, before, after = view.constant(node.inputs[1]), view.shape(node.inputs[0]), view.shape(node.output)
    if scales is None or before is None or after is None or takes(scales, before):
        return None
    steps = Steps(node, "resized")
    y = steps.knows(node.inputs[0], before)
    for axis, scale in enumerate(scales):
        if scale != 1:
            y = _along(steps, y, axis, after[axis], np.float32(scale))
    return steps.ending_in(y)


def takes(scales: np.ndarray, shape) -> bool:
    """Whether TensorFlow's own is the same: it divides sizes where ONNX is given their quotient."""
    sizes = np.array(shape) * scales
    return len(shape) == 4 and bool(np.all(scales[:2] == 1)) and bool(np.all(sizes == np.floor(sizes)))


def _along(steps: Steps, x: str, axis: int, count: int, scale: np.float32) -> str:
    shape = steps.shape(x)
    size, target = shape[axis], shape[:axis] + (count,) + shape[axis + 1:]
    places = np.clip(np.arange(count, dtype=np.float32) / scale, 0, size - 1)
    left = np.floor(places).astype(np.int64)
    share = (places - left.astype(np.float32)).reshape((-1,) + (1,) * (len(shape) - axis - 1))
    parts = []
    for numbers, weight in ((left, np.float32(1) - share), (np.minimum(left + 1, size - 1), share)):
        picked = steps.add("Gather", [x, steps.constant(numbers)], target, axis=axis)
        parts.append(steps.add("Mul", [picked, steps.constant(weight)], target))
    return steps.add("Add", parts, target)
