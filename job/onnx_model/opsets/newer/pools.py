"""Pools: since opset 22 no window begins behind the input, in what is padded at its end."""
from typing import Any, Mapping, Optional, Sequence, Tuple

from job.onnx_model.graph import Node, Rewrite, View, without
from job.onnx_model.opsets.newer.attributes import plain, rank_of, refused
from job.onnx_model.opsets.newer.registry import newer

WITHOUT_LATE_WINDOWS = 22  # the opset


def may_begin_late(op: str, attributes: Mapping[str, Any]) -> bool:
    """Whether these attributes mean another number of windows since then, if sizes are such."""
    return op in ("AveragePool", "MaxPool") and bool(attributes.get("ceil_mode", 0)) and any(
        end + stride > reach for _, end, stride, reach in _axes(attributes))


@newer(19, "AveragePool")
def average_pool(node: Node, view: View) -> Rewrite:
    return Rewrite((plain(node, dilations=(1,) * (rank_of(node, view) - 2)),))


@newer(WITHOUT_LATE_WINDOWS, "AveragePool")
def average_of_windows(node: Node, view: View) -> Optional[Rewrite]:
    made, = average_pool(node, view).nodes
    return largest_of_windows(made, view) or Rewrite((made,))


@newer(WITHOUT_LATE_WINDOWS, "MaxPool")
def largest_of_windows(node: Node, view: View) -> Optional[Rewrite]:
    """As many windows as there are, said without ceil_mode, by another padding at the end."""
    if not node.attributes.get("ceil_mode", 0) or node.attributes.get("auto_pad", "NOTSET") in ("SAME_UPPER", "SAME_LOWER"):
        return None
    if node.attributes.get("auto_pad") == "VALID":
        raise refused(node, "attributes auto_pad=VALID and ceil_mode=1")
    axes = _axes(node.attributes)
    ends = [_end(size, axis) for size, axis in zip(view.shape(node.inputs[0])[2:], axes)]
    if any(end > axis[1] for end, axis in zip(ends, axes)) and node.attributes.get("count_include_pad", 0):
        raise refused(node, "attributes ceil_mode=1 and count_include_pad=1, where a window ends behind the padding,")
    pads = tuple(axis[0] for axis in axes) + tuple(ends)
    return Rewrite((node._replace(attributes=dict(without(node.attributes, "ceil_mode"), pads=pads)),))


def _end(size: int, axis: Tuple[int, int, int, int]) -> int:
    """The padding at an end with which the windows that begin before it are all there are, if none is rounded up to."""
    begin, end, stride, reach = axis
    count = -(-(size + begin + end - reach) // stride) + 1
    if (count - 1) * stride >= size + begin:
        count -= 1
    least = (count - 1) * stride + reach - size - begin
    return max(min(end, least + stride - 1), least)


def _axes(attributes: Mapping[str, Any]) -> Sequence[Tuple[int, int, int, int]]:
    """Of each: what is padded before and behind it, the steps between windows, and from their first to their last place."""
    kernel = attributes["kernel_shape"]
    ones, zeros = (1,) * len(kernel), (0,) * 2 * len(kernel)
    pads, strides, dilations = (attributes.get(name) or other for name, other in (
        ("pads", zeros), ("strides", ones), ("dilations", ones)))
    reaches = [(size - 1) * dilation + 1 for size, dilation in zip(kernel, dilations)]
    return list(zip(pads, pads[len(kernel):], strides, reaches))
