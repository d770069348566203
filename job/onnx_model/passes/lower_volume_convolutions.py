"""A convolution of volumes is one of maps: the frames that its kernel spans lie side by side as channels.

before: x [N,C,D,H,W] -> Conv(w [O,C,3,3,3])
after:  x -> [N,D,H*W,C] -> Slice x3 -> Concat -> [N*D,3*C,H,W] -> Conv(w [O,3*C,3,3]) -> [N,O,D,H,W]

A ConvTranspose is the same with zeros between the frames. Transposes are of the kind that costs nothing once a map is
laid channels-last.
"""
from typing import List, NamedTuple, Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.steps import Steps
from job.values import Shape


class Depth(NamedTuple):
    """A convolution's attributes along the frames."""

    kernel: int
    stride: int
    dilation: int
    begin: int
    end: int
    zeros_between: int = 0  # frames


def lower_volume_convolutions(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op not in ("Conv", "ConvTranspose") or node.attributes.get("auto_pad", "NOTSET") != "NOTSET":
        return None
    weight = view.constant(node.inputs[1])
    before, after = view.shape(node.inputs[0]), view.shape(node.output)
    if weight is None or weight.ndim != 5 or before is None or after is None or "output_shape" in node.attributes:
        return None
    depth, group = _depth(node, weight), node.attributes.get("group", 1)
    steps = Steps(node)
    x = _frames(steps, steps.knows(node.inputs[0], before), depth)
    depthwise = node.op == "Conv" and group == before[1] and depth.kernel > 1
    layer = _sum_over_taps if depthwise else _side_by_side
    y = layer(steps, node, x, weight[:, :, ::-1] if node.op == "ConvTranspose" else weight, depth, before, after)
    y = steps.channels_last(y)
    y = steps.reshape(y, (after[0], after[2], after[3], after[4], after[1]))
    return steps.ending_in(steps.channels_first(y))


def _depth(node: Node, weight: np.ndarray) -> Depth:
    attributes = node.attributes
    kernel = weight.shape[2]
    stride, dilation = (attributes.get(name, (1, 1, 1))[0] for name in ("strides", "dilations"))
    pads = attributes.get("pads", (0,) * 6)
    if node.op == "Conv":
        return Depth(kernel, stride, dilation, pads[0], pads[3])
    reach = (kernel - 1) * dilation
    extra = attributes.get("output_padding", (0, 0, 0))[0]
    return Depth(kernel, 1, dilation, reach - pads[0], reach - pads[3] + extra, stride - 1)


def _frames(steps: Steps, x: str, depth: Depth) -> str:
    """[N,C,D,H,W] -> [N,D,H*W,C], the frames padded and spread as they must be."""
    batch, channels, frames, height, width = steps.shape(x)
    x = steps.channels_last(x)
    if depth.zeros_between and frames > 1:
        x = steps.reshape(x, (batch, frames, height * width * channels))
        spread = frames * (depth.zeros_between + 1)
        x = steps.add("Pad", [x], (batch, frames, height * width * channels * (depth.zeros_between + 1)),
                      pads=(0, 0, 0, 0, 0, height * width * channels * depth.zeros_between))
        x = steps.reshape(x, (batch, spread, height * width, channels))
        depth, frames = depth._replace(end=depth.end - depth.zeros_between), spread
    x = steps.reshape(x, (batch, frames, height * width, channels))
    if depth.begin or depth.end:
        x = steps.add("Pad", [x], (batch, frames + depth.begin + depth.end, height * width, channels),
                      pads=(0, depth.begin, 0, 0, 0, depth.end, 0, 0))
    return x


def _side_by_side(steps: Steps, node: Node, x: str, weight: np.ndarray, depth: Depth, before: Shape,
                  after: Shape) -> str:
    """One convolution over the channels of all frames that the kernel spans."""
    batch, frames, pixels, channels = steps.shape(x)
    count, group = after[2], node.attributes.get("group", 1)
    if (frames, depth.dilation) == (depth.kernel, 1) and frames > 1:
        x = steps.transpose(x, (0, 2, 1, 3))
    else:
        taps = _taps(steps, x, depth, count)
        x = taps[0] if len(taps) == 1 else steps.add(
            "Concat", taps, (batch, count, pixels, channels * depth.kernel), axis=3)
    x = steps.reshape(x, (batch * count, before[3], before[4], channels * depth.kernel))
    x = steps.channels_first(x)
    if group > 1 and depth.kernel > 1:
        places = np.arange(channels * depth.kernel).reshape(depth.kernel, group, -1).transpose(1, 0, 2)
        x = steps.add("Gather", [x, steps.constant(places.reshape(-1))], steps.shape(x), axis=1)
    kernel = _flat_kernel(node.op, weight, group)
    return _layer(steps, node, x, kernel, after, True)


def _flat_kernel(op: str, weight: np.ndarray, group: int) -> np.ndarray:
    """Its taps along the frames become input channels, [(group,) tap, channel]."""
    taps = weight.shape[2]
    if op == "Conv":
        return weight.transpose(0, 2, 1, 3, 4).reshape((len(weight), taps * weight.shape[1]) + weight.shape[3:])
    grouped = weight.reshape((group, -1) + weight.shape[1:]).transpose(0, 3, 1, 2, 4, 5)
    return grouped.reshape((taps * len(weight), weight.shape[1]) + weight.shape[3:])


def _sum_over_taps(steps: Steps, node: Node, x: str, weight: np.ndarray, depth: Depth, before: Shape,
                   after: Shape) -> str:
    """A depthwise convolution for each tap along the frames."""
    total = ""
    for number, tap in enumerate(_taps(steps, x, depth, after[2])):
        tap = steps.reshape(tap, (before[0] * after[2], before[3], before[4], before[1]))
        part = _layer(steps, node, steps.channels_first(tap), weight[:, :, number], after, not number)
        total = steps.add("Add", [total, part], steps.shape(part)) if total else part
    return total


def _taps(steps: Steps, x: str, depth: Depth, count: int) -> List[str]:
    """For each tap of the kernel the frames that it meets, [N, count, ...]."""
    batch, frames = steps.shape(x)[:2]
    return [steps.slice(x, 1, range(tap * depth.dilation, frames, depth.stride)[:count]) for tap in range(depth.kernel)]


def _layer(steps: Steps, node: Node, x: str, kernel: np.ndarray, after: Shape, biased: bool) -> str:
    inputs = [x, steps.constant(kernel)] + list(node.inputs[2:] if biased else ())
    shape = (steps.shape(x)[0], after[1], after[3], after[4])
    return steps.add(node.op, inputs, shape, **_without_depth(node.attributes))


def _without_depth(attributes) -> dict:
    flat = {name: tuple(value[1:]) if name in ("kernel_shape", "strides", "dilations", "output_padding") else value
            for name, value in attributes.items()}
    if "pads" in flat:
        flat["pads"] = flat["pads"][1:3] + flat["pads"][4:6]
    return flat
