"""Rows and columns that are cut off after a convolution or pool are not made: its windows begin later, or end earlier.

before: x [N,C,8,8] -> Pad([0,0,1,1, 0,0,0,0]) -> MaxPool(3x3, strides=2, pads=[1,1,1,1]) [N,C,5,5] -> Slice([1:,1:])
after:  x -> MaxPool(3x3, strides=2, pads=[0,0,1,1]) [N,C,4,4]

What its padding cannot give comes off the padding, convolution or pool before it.
"""
from typing import List, NamedTuple, Optional, Tuple

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.values import Shape

_WINDOWS = ("Conv", "MaxPool", "AveragePool")
_Made = Tuple[Node, Shape]  # of its output


class _Cut(NamedTuple):
    """Elements taken off each axis but batch and channels."""

    begin: Tuple[int, ...]
    end: Tuple[int, ...]

    def left(self, shape: Shape) -> Shape:
        axes = zip(shape[2:], self.begin, self.end)
        return tuple(shape[:2]) + tuple(size - begin - end for size, begin, end in axes)


def cut_into_window(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    before = view.shape(node.inputs[0]) if node.op == "Slice" else None
    cut = _cut_by(node, before, view) if before is not None and len(before) > 2 else None
    window = view.sole_maker(node.inputs[0], *_WINDOWS) if cut is not None else None
    made = _made_less(window, cut, view) if window is not None else None
    if made is None:
        return None
    *before_it, (last, _) = made
    nodes = tuple(each for each, _ in before_it) + (last._replace(outputs=node.outputs),)
    return Rewrite(nodes, {}, {each.output: shape for each, shape in before_it})


def _cut_by(node: Node, before: Shape, view: View) -> Optional[_Cut]:
    bounds = [view.constant(name) for name in node.inputs[1:]]
    if any(each is None for each in bounds) or len(bounds) < 3:
        return None
    starts, ends, axes = bounds[:3]
    steps = bounds[3] if len(bounds) > 3 else np.ones_like(starts)
    begin, end = [0] * len(before), [0] * len(before)
    for axis, start, stop, step in zip(*(each.tolist() for each in (axes, starts, ends, steps))):
        first, last, _ = slice(start, stop, step).indices(before[axis])
        if step != 1 or last <= first:
            return None
        begin[axis], end[axis] = first, before[axis] - last
    return None if any(begin[:2] + end[:2]) else _Cut(tuple(begin[2:]), tuple(end[2:]))


def _made_less(maker: Node, cut: _Cut, view: View) -> Optional[List[_Made]]:
    """What makes the same tensor without its ends, the last node under its old name."""
    before, after = view.shape(maker.inputs[0]), cut.left(view.shape(maker.output))
    if maker.op == "Pad":
        return _padded_less(maker, cut, after)
    if maker.attributes.get("auto_pad", "NOTSET") != "NOTSET" or maker.attributes.get("ceil_mode", 0):
        return None
    kernel = maker.attributes.get("kernel_shape") or view.shape(maker.inputs[1])[2:]
    strides, dilations = (maker.attributes.get(name, (1,) * len(kernel)) for name in ("strides", "dilations"))
    pads = maker.attributes.get("pads", (0,) * 2 * len(kernel))
    begin = [pad - off * stride for pad, off, stride in zip(pads, cut.begin, strides)]
    reach = [(count - 1) * stride + (taps - 1) * spread + 1
             for count, stride, taps, spread in zip(after[2:], strides, kernel, dilations)]
    end = [length - pad - size for length, pad, size in zip(reach, begin, before[2:])]
    inner = _Cut(tuple(max(-pad, 0) for pad in begin), tuple(-pad if -pad >= step else 0 for pad, step in zip(end, strides)))
    attributes = dict(maker.attributes, pads=tuple(max(pad, 0) for pad in begin + end))
    lesser = maker._replace(attributes=attributes)
    if not any(inner.begin + inner.end):
        return [(lesser, after)]
    source = view.sole_maker(maker.inputs[0], "Pad", *_WINDOWS)
    made = _made_less(source, inner, view) if source is not None else None
    if made is None:
        return None
    name = lesser.output + ".cut" if made else source.inputs[0]  # nothing is left of a padding
    renamed = [(each._replace(outputs=(name,)), shape) for each, shape in made[-1:]]
    return made[:-1] + renamed + [(lesser._replace(inputs=(name,) + lesser.inputs[1:]), after)]


def _padded_less(pad: Node, cut: _Cut, after: Shape) -> Optional[List[_Made]]:
    """None at all where the padding is gone."""
    pads, off = tuple(pad.attributes["pads"]), (0, 0) + cut.begin + (0, 0) + cut.end
    left = tuple(size - less for size, less in zip(pads, off))
    if pad.attributes.get("mode", "constant") != "constant" or min(left) < 0:
        return None
    return [(pad._replace(attributes=dict(pad.attributes, pads=left)), after)] if any(left) else []
