"""RotaryEmbedding: pairs of numbers turned by angles that belong to places."""
from typing import Tuple

import numpy as np

from job.onnx_model.graph import Node, Rewrite, View
from job.onnx_model.opsets.newer.attributes import refused
from job.onnx_model.opsets.newer.registry import newer
from job.onnx_model.steps import Steps
from job.values import Shape


@newer(23, "RotaryEmbedding")
def rotary_embedding(node: Node, view: View) -> Rewrite:
    """x [N, heads, length, size], or [N, length, heads * size]"""
    steps, shape = Steps(node, "rotation"), view.shape(node.inputs[0])
    rank, x = len(shape), steps.knows(node.inputs[0], shape)
    if rank == 3:
        heads = node.attributes.get("num_heads", 0)
        if not heads or shape[2] % heads:
            raise refused(node, "attribute num_heads={} of {} numbers".format(heads, shape[2]))
        x = steps.reshape(x, shape[:2] + (heads, shape[2] // heads))
    size = steps.shape(x)[3]
    turned = node.attributes.get("rotary_embedding_dim", 0) or size
    if turned % 2 or turned > size:
        raise refused(node, "of {} of {} numbers".format(turned, size))
    cosines, sines = (_of_places(node, view, steps, place, turned // 2, rank, steps.shape(x)) for place in (1, 2))
    first, second = _pairs(turned, bool(node.attributes.get("interleaved", 0)))
    a, b = (steps.slice(x, 3, picked) for picked in (first, second))
    made = [_difference(steps, "Sub", (a, cosines), (b, sines)), _difference(steps, "Add", (a, sines), (b, cosines))]
    made += [steps.slice(x, 3, range(turned, size))] if turned < size else []
    y = steps.add("Concat", made, steps.shape(x), axis=3)
    if first.step > 1:
        order = np.concatenate([np.arange(turned).reshape(2, -1).T.reshape(-1), np.arange(turned, size)])
        y = steps.add("Gather", [y, steps.constant(order)], steps.shape(x), axis=3)
    return steps.giving({node.output: steps.reshape(y, shape)})


def _pairs(count: int, interleaved: bool) -> Tuple[range, range]:
    """The places of the first, and of the second of each."""
    return (range(0, count, 2), range(1, count, 2)) if interleaved else (range(count // 2), range(count // 2, count))


def _difference(steps: Steps, op: str, left: Tuple[str, str], right: Tuple[str, str]) -> str:
    shape = steps.shape(left[0])
    return steps.add(op, [steps.add("Mul", list(each), shape) for each in (left, right)], shape)


def _of_places(node: Node, view: View, steps: Steps, place: int, count: int, rank: int, shape: Shape) -> str:
    """Cosines or sines as they are multiplied by x, [N, 1, length, count] or [N, length, 1, count]."""
    name = node.inputs[place]
    known, size = steps.knows(name, view.shape(name)), view.shape(name)
    if len(node.inputs) > 3:
        indices = view.shape(node.inputs[3])
        known = steps.add("Gather", [known, node.inputs[3]], tuple(indices) + tuple(size[1:]), axis=0)
    n, length = (shape[0], shape[1]) if rank == 3 else (shape[0], shape[2])
    if len(steps.shape(known)) != 3 or steps.shape(known)[1:] != (length, count) or steps.shape(known)[0] not in (1, n):
        raise refused(node, "of {} places with angles of shape {}".format(length, steps.shape(known)))
    wide = steps.shape(known)[:1] + ((length, 1, count) if rank == 3 else (1, length, count))
    return steps.reshape(known, wide)
