"""Zeros laid around a map are the padding of the convolution, or of the average that counts them, after it.

before: x -> Pad([0,0,0,0, 0,0,1,1]) -> Conv(3x3, strides=2)
after:  x -> Conv(3x3, strides=2, pads=[0,0,1,1])

So that what TensorFlow's SAME does is seen to be it.
"""
from typing import Optional, Tuple

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten


def pad_into_window(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    pad = view.maker(node.inputs[0]) if node.op in ("Conv", "AveragePool") else None
    if pad is None or pad.op != "Pad" or node.attributes.get("auto_pad", "NOTSET") != "NOTSET":
        return None
    around = _zeros_around(pad)
    if around is None:
        return None
    own = tuple(node.attributes.get("pads") or (0,) * len(around))
    pads = tuple(mine + more for mine, more in zip(own, around))
    attributes = dict(node.attributes, pads=pads)
    if node.op == "AveragePool":
        if not _counts_all(node, own, pads):
            return None
        attributes["count_include_pad"] = 1
    return Rewrite((node._replace(inputs=pad.inputs[:1] + node.inputs[1:], attributes=attributes),))


def _zeros_around(pad: Node) -> Optional[Tuple[int, ...]]:
    """The padding of all axes but the first two, begins before ends; None where it is anything else."""
    pads = tuple(pad.attributes["pads"])
    rank = len(pads) // 2
    begin, end = pads[:rank], pads[rank:]
    if pad.attributes.get("mode", "constant") != "constant" or pad.attributes.get("value", 0.0) != 0:
        return None
    return None if any(begin[:2] + end[:2]) or min(pads) < 0 else begin[2:] + end[2:]


def _counts_all(pool: Node, own: Tuple[int, ...], pads: Tuple[int, ...]) -> bool:
    """Whether the pool counts its own padding too, and every window keeps a pixel: ONNX asks for that."""
    counted = bool(pool.attributes.get("count_include_pad", 0)) or not any(own)
    kernel = tuple(pool.attributes["kernel_shape"])
    return counted and not pool.attributes.get("ceil_mode", 0) and all(
        size < length for size, length in zip(pads, kernel + kernel))
