"""A map put back where the maxima of a pool were: each number spread over its window, and kept at one place of it.

before: x [N,C,4,6] -> MaxPool(2x2) -> indices; y [N,C,2,3], indices -> MaxUnpool [N,C,4,6]
after:  x -> SpaceToDepth(2) -> Reshape [N,4,C,2,3] -> ArgMax(axis=1) -> Resize -> Equal [[0,1,..],[2,3,..],..]
        y -> Resize [N,C,4,6] -> Where it is equal, or else 0

Only windows side by side, since two that overlap may have their largest at one place; and only into a map as large as the
one they come from, since indices count through its rows.
"""
from typing import Optional, Tuple

import numpy as np
from onnx import TensorProto

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.infer_shapes import infer_shapes
from job.onnx_model.steps import Steps
from job.values import Shape

_LOWEST = float(np.finfo(np.float32).min)


def unpool_to_choice(graph: Graph) -> Graph:
    return infer_shapes(rewritten(graph, _rule))


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op == "MaxPool" and len(node.outputs) > 1 and not _is_used(node.outputs[1], view):
        return Rewrite((node._replace(outputs=node.outputs[:1]),))
    pool = view.maker(node.inputs[1]) if node.op == "MaxUnpool" else None
    if pool is None or pool.op != "MaxPool" or not _side_by_side(pool):
        return None
    before, small, after = (view.shape(name) for name in (pool.inputs[0], node.inputs[0], node.output))
    side = pool.attributes["kernel_shape"][0]
    spread = small[:2] + tuple(size * side for size in small[2:])
    if view.shape(pool.output) != small or before != after:
        return None
    steps = Steps(node)
    place = _places(steps, steps.knows(pool.inputs[0], before), small, side)
    scales = steps.constant(np.array([1, 1, side, side], np.float32))
    spread_place, number = (steps.add("Resize", [name, scales], spread, mode="nearest")
                            for name in (place, steps.knows(node.inputs[0], small)))
    here = np.arange(side * side, dtype=np.int32).reshape(side, side)
    whole = steps.add("Cast", [spread_place], None, to=TensorProto.INT32)
    chosen = steps.add("Equal", [whole, steps.constant(np.tile(here, small[2:])[None, None])], None)
    result = steps.add("Where", [chosen, number, steps.constant(np.zeros((1,) * 4, np.float32))], spread)
    return steps.ending_in(_as_large_as(steps, result, after, 0.0))


def _places(steps: Steps, x: str, small: Shape, side: int) -> str:
    """[N,C,h,w] of the largest in each window, counted from its first row on."""
    batch, channels, height, width = small
    x = _as_large_as(steps, x, (batch, channels, height * side, width * side), _LOWEST)
    blocks = steps.add("SpaceToDepth", [x], (batch, side * side * channels, height, width), blocksize=side)
    windows = steps.reshape(blocks, (batch, side * side, channels, height, width))
    return steps.add("Cast", [steps.add("ArgMax", [windows], None, axis=1, keepdims=0)], small, to=TensorProto.FLOAT)


def _as_large_as(steps: Steps, x: str, shape: Shape, value: float) -> str:
    """Cut at the ends, or padded with the value."""
    for axis in (2, 3):
        if steps.shape(x)[axis] > shape[axis]:
            x = steps.slice(x, axis, range(shape[axis]))
    ends = tuple(size - have for size, have in zip(shape, steps.shape(x)))
    return steps.add("Pad", [x], shape, mode="constant", pads=(0,) * 4 + ends, value=value) if any(ends) else x


def _side_by_side(pool: Node) -> bool:
    """Square windows, of two axes, that do not overlap; only the last may reach beyond the map. Counted row by row."""
    kernel = _pair(pool, "kernel_shape", 0)
    return (len(set(kernel)) == 1 and kernel == _pair(pool, "strides", 1) and not any(pool.attributes.get("pads", ())[:2])
            and set(_pair(pool, "dilations", 1)) == {1} and len(pool.attributes["kernel_shape"]) == 2
            and not pool.attributes.get("storage_order", 0))


def _pair(pool: Node, name: str, default: int) -> Tuple[int, ...]:
    return tuple(pool.attributes.get(name, (default, default)))


def _is_used(name: str, view: View) -> bool:
    return bool(name) and (name in view.graph.outputs or bool(view.users(name)))
