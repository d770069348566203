"""Axes, parts and shapes: what is an input since opset 11, 13 or 18 is an attribute again."""
from typing import Optional, Tuple

import numpy as np

from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Node, Rewrite, View, without
from job.onnx_model.opsets.newer.attributes import (constant_input, integers_input, plain, rank_of, refused,
                                                    with_attributes)
from job.onnx_model.opsets.newer.registry import newer
from job.values import Shape

_REDUCTIONS = ("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin",
               "ReduceProd", "ReduceSum", "ReduceSumSquare")


def _axes(node: Node, view: View) -> Optional[Tuple[int, ...]]:
    """An input, in older opsets an attribute; since opset 11 they may count from the last."""
    said = integers_input(node, view, 1, "axes")
    return node.attributes.get("axes") if said is None else said


@newer(11, *_REDUCTIONS)
def reduction(node: Node, view: View) -> Rewrite:
    """Without axes it is over all of them, or over none where that is said."""
    axes = _axes(node, view)
    made = node._replace(inputs=node.inputs[:1], attributes=without(node.attributes, "noop_with_empty_axes"))
    if axes:
        return Rewrite((with_attributes(made, axes=tuple(axis % rank_of(node, view) for axis in axes)),))
    if node.attributes.get("noop_with_empty_axes", 0):
        return Rewrite((Node("Identity", made.inputs, node.outputs, {}, node.layer),))
    return Rewrite((made,))


@newer(11, "Squeeze")
def squeeze(node: Node, view: View) -> Rewrite:
    """Of no axes it is all of size 1, as it is without: ONNX leaves that open, its runtime does so."""
    axes = _axes(node, view)
    if not axes:
        axes = tuple(axis for axis, size in enumerate(view.shape(node.inputs[0])) if size == 1)
    return _along(node, axes, rank_of(node, view))


@newer(11, "Unsqueeze")
def unsqueeze(node: Node, view: View) -> Rewrite:
    axes = _axes(node, view)
    return _along(node, axes, rank_of(node, view) + len(axes))


def _along(node: Node, axes: Tuple[int, ...], rank: int) -> Rewrite:
    if not axes:
        return Rewrite((Node("Identity", node.inputs[:1], node.outputs, {}, node.layer),))
    return Rewrite((with_attributes(node._replace(inputs=node.inputs[:1]), axes=tuple(axis % rank for axis in axes)),))


@newer(13, "Split")
def split(node: Node, view: View) -> Rewrite:
    """Into parts of sizes that are said, or of one size, the last of which may be smaller."""
    shape, count = view.shape(node.inputs[0]), len(node.outputs)
    axis = node.attributes.get("axis", 0) % len(shape)
    sizes = integers_input(node, view, 1, "split")
    if sizes is None:
        most = -(-shape[axis] // count)
        sizes = (most,) * (count - 1) + (shape[axis] - most * (count - 1),)
    made = node._replace(inputs=node.inputs[:1], attributes={"axis": axis, "split": sizes})
    return Rewrite((made,))


@newer(13, "Softmax", "LogSoftmax", "Hardmax")
def along_one_axis(node: Node, view: View) -> Rewrite:
    """The canonical one takes all axes from `axis` on together: the axis becomes the last."""
    rank = rank_of(node, view)
    axis = node.attributes.get("axis", -1) % rank
    parts, order = Parts(node, view), list(range(rank))
    order[axis], order[-1] = rank - 1, axis
    if axis == rank - 1:
        return Rewrite((with_attributes(node, axis=axis),))
    last = parts.op(node.op, parts.op("Transpose", node.inputs[0], perm=tuple(order)), axis=rank - 1)
    return parts.ending(parts.op("Transpose", last, perm=tuple(order)))


@newer(14, "Reshape")
def reshape(node: Node, view: View) -> Rewrite:
    if node.attributes.get("allowzero", 0) and 0 in constant_input(node, view, 1, "shape"):
        raise refused(node, "attribute allowzero=1 with a size of 0")
    return Rewrite((node._replace(attributes={}),))


@newer(11, "Pad")
def pad(node: Node, view: View) -> Rewrite:
    pads, value = integers_input(node, view, 1, "pads"), constant_input(node, view, 2, "constant_value")
    axes, rank = integers_input(node, view, 3, "axes"), rank_of(node, view)
    if axes is not None:
        whole, count = [0] * (2 * rank), len(axes)
        for place, axis in enumerate(axes):
            whole[axis % rank], whole[axis % rank + rank] = pads[place], pads[place + count]
        pads = tuple(whole)
    if node.attributes.get("mode") == "wrap":
        return _around(Parts(node, view), node.inputs[0], view.shape(node.inputs[0]), pads)
    number = 0.0 if value is None else float(value.reshape(-1)[0])
    return Rewrite((with_attributes(node._replace(inputs=node.inputs[:1]), pads=pads, value=number),))


def _around(parts: Parts, x: str, shape: Shape, pads: Tuple[int, ...]) -> Rewrite:
    """Each axis begins again where it ends."""
    for axis, (size, begin, end) in enumerate(zip(shape, pads, pads[len(shape):])):
        if begin or end:
            x = parts.op("Gather", x, np.arange(-begin, size + end) % size, axis=axis)
    return parts.ending(x)


@newer(11, "TopK")
def top_k(node: Node, view: View) -> Rewrite:
    """The least are the greatest of the negated."""
    made = node._replace(attributes=without(node.attributes, "largest", "sorted"))
    if node.attributes.get("largest", 1):
        return Rewrite((made,))
    negated, values = node.output + ".negated", node.output + ".greatest"
    return Rewrite((Node("Neg", node.inputs[:1], (negated,), {}, node.layer),
                    made._replace(inputs=(negated,) + node.inputs[1:], outputs=(values,) + node.outputs[1:]),
                    Node("Neg", (values,), (node.output,), {}, node.layer)))


@newer(12, "ArgMax", "ArgMin")
def first_of_equals(node: Node, view: View) -> Rewrite:
    return Rewrite((plain(node, select_last_index=0),))


@newer(11, "DepthToSpace")
def depth_to_space(node: Node, view: View) -> Rewrite:
    """CRD's channels are (channel, row, column), as in PyTorch, DCR's (row, column, channel)."""
    made = node._replace(attributes=without(node.attributes, "mode"))
    if node.attributes.get("mode", "DCR") == "DCR":
        return Rewrite((made,))
    block, parts = node.attributes["blocksize"] ** 2, Parts(node, view)
    order = np.arange(view.shape(node.inputs[0])[1]).reshape(-1, block).T.reshape(-1)
    picked = parts.op("Gather", node.inputs[0], order, axis=1)
    return parts.ending(parts.op("DepthToSpace", picked, blocksize=node.attributes["blocksize"]))


@newer(28, "SpaceToDepth")
def space_to_depth(node: Node, view: View) -> Rewrite:
    """As DepthToSpace, whose modes it has since."""
    made = node._replace(attributes=without(node.attributes, "mode"))
    if node.attributes.get("mode", "DCR") == "DCR":
        return Rewrite((made,))
    block, parts, (_, channels, *sizes) = node.attributes["blocksize"], Parts(node, view), view.shape(node.inputs[0])
    if any(size % block for size in sizes):
        raise refused(node, "attribute blocksize={} of a map of {}".format(block, sizes))
    order = np.arange(channels * block ** 2).reshape(block ** 2, -1).T.reshape(-1)
    return parts.ending(parts.op("Gather", parts.op("SpaceToDepth", node.inputs[0], blocksize=block), order, axis=1))
