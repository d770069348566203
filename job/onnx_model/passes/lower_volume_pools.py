"""A pool of volumes is one over every frame, then one along the frames.

before: x [N,C,D,H,W] -> MaxPool(kernel=[2,3,3])
after:  x -> [N*D,C,H,W] -> MaxPool(kernel=[3,3]) -> [N,C,D,H*W] -> MaxPool(kernel=[2,1]) -> [N,C,D,H,W]

Maxima and means of both kinds are separable. Transposes are of the kind that costs nothing once a map is laid
channels-last.
"""
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.steps import Steps

_PER_AXIS = {"kernel_shape": 1, "strides": 1, "dilations": 1, "pads": 0}  # what an axis without a pool has


def lower_volume_pools(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op not in ("MaxPool", "AveragePool") or len(node.attributes.get("kernel_shape", ())) != 3:
        return None
    if len(node.outputs) > 1 or node.attributes.get("auto_pad", "NOTSET") != "NOTSET":
        return None
    before, after = view.shape(node.inputs[0]), view.shape(node.output)
    if before is None or after is None:
        return None
    batch, channels, frames = before[:3]
    steps = Steps(node)
    y = steps.channels_last(steps.knows(node.inputs[0], before))
    maps = _for_axes(node.attributes, (1, 2), ())
    if _does_something(maps):
        y = steps.channels_first(steps.reshape(y, (batch * frames,) + before[3:] + (channels,)))
        y = steps.channels_last(steps.add(node.op, [y], (batch * frames, channels) + after[3:], **maps))
    along = _for_axes(node.attributes, (0,), (1,))
    if _does_something(along):
        pixels = after[3] * after[4]
        y = steps.channels_first(steps.reshape(y, (batch, frames, pixels, channels)))
        y = steps.channels_last(steps.add(node.op, [y], (batch, channels, after[2], pixels), **along))
    y = steps.reshape(y, (batch,) + after[2:] + (channels,))
    return steps.ending_in(steps.channels_first(y))


def _for_axes(attributes: Mapping[str, Any], axes: Sequence[int], idle: Sequence[int]) -> Dict[str, Any]:
    """The attributes of a pool over some of the axes, and over others that it leaves alone."""
    chosen = dict(attributes)
    for name, nothing in _PER_AXIS.items():
        if name in attributes:
            value, rest = tuple(attributes[name]), (nothing,) * len(idle)
            halves = (value[:3], value[3:]) if name == "pads" else (value,)
            chosen[name] = sum((tuple(half[axis] for axis in axes) + rest for half in halves), ())
    return chosen


def _does_something(attributes: Mapping[str, Any]) -> bool:
    return any(set(attributes.get(name, (nothing,))) != {nothing} for name, nothing in _PER_AXIS.items())
