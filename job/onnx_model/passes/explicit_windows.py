"""Windows whose padding follows from a rule get the padding in numbers.

before: x [2,3,6,5] -> MaxPool(kernel 3x3, strides 2x2, auto_pad=SAME_UPPER), or ceil_mode=1
after:  x -> MaxPool(kernel 3x3, strides 2x2, pads=[0,1,1,1])
"""
from typing import Any, Dict, List, Optional, Sequence, Tuple

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten, without
from job.values import Shape

_OPS = ("Conv", "ConvTranspose", "AveragePool", "MaxPool")
Pads = List[Tuple[int, int]]  # before and after, of each spatial axis


def explicit_windows(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op not in _OPS or view.shape(node.inputs[0]) is None or view.shape(node.output) is None:
        return None
    changes = (_transposed if node.op == "ConvTranspose" else _sliding)(node, view)
    if changes is None:
        return None
    attributes = dict(without(node.attributes, "auto_pad", "ceil_mode", "output_shape"), **changes)
    return Rewrite((node._replace(attributes=attributes),))


def _sliding(node: Node, view: View) -> Optional[Dict[str, Any]]:
    """What ceil_mode adds at the end is no padding that a mean counts: where it adds any, that stays, to be refused."""
    rule, ceil = node.attributes.get("auto_pad", "NOTSET"), node.attributes.get("ceil_mode", 0)
    if rule == "NOTSET" and not ceil:
        return None
    if rule == "NOTSET" and node.attributes.get("count_include_pad", 0):
        return None if _reaches_beyond(node, view) else {}
    sizes, counts = view.shape(node.inputs[0])[2:], view.shape(node.output)[2:]
    begins = _numbers(node, "pads", 0, len(sizes)) if rule == "NOTSET" else None
    pads = []  # type: Pads
    for axis, (size, count, reach) in enumerate(zip(sizes, counts, _reaches(node, view))):
        stride = _numbers(node, "strides", 1, len(sizes))[axis]
        total = max((count - 1) * stride + reach - size, 0) if rule != "VALID" else 0
        pads.append((begins[axis], max(total - begins[axis], _ends(node)[axis])) if begins is not None
                    else _halves(total, rule))
    return {"pads": _written(pads)}


def _reaches_beyond(node: Node, view: View) -> bool:
    """Whether a last window ends behind what is padded."""
    sizes, counts = view.shape(node.inputs[0])[2:], view.shape(node.output)[2:]
    begins, strides = _numbers(node, "pads", 0, len(sizes)), _numbers(node, "strides", 1, len(sizes))
    axes = zip(sizes, counts, begins, _ends(node), strides, _reaches(node, view))
    return any((count - 1) * stride + reach > size + begin + end for size, count, begin, end, stride, reach in axes)


def _transposed(node: Node, view: View) -> Optional[Dict[str, Any]]:
    """The size asked for is cut from the whole, or what is missing is put at the end."""
    rule = node.attributes.get("auto_pad", "NOTSET")
    if rule == "NOTSET" and "output_shape" not in node.attributes:
        return None
    sizes, wanted = view.shape(node.inputs[0])[2:], view.shape(node.output)[2:]
    strides = _numbers(node, "strides", 1, len(sizes))
    pads, missing = [], []  # type: Tuple[Pads, List[int]]
    for size, stride, reach, want in zip(sizes, strides, _reaches(node, view), wanted):
        total = (size - 1) * stride + reach - want
        pads.append(_halves(max(total, 0), "SAME_LOWER" if rule == "SAME_UPPER" else "SAME_UPPER"))
        missing.append(max(-total, 0))
    return {"pads": _written(pads), "output_padding": tuple(missing)}


def _reaches(node: Node, view: View) -> Sequence[int]:
    """From the first to the last tap of the kernel."""
    kernel = node.attributes.get("kernel_shape") or view.shape(node.inputs[1])[2:]
    return [(taps - 1) * dilation + 1 for taps, dilation
            in zip(kernel, _numbers(node, "dilations", 1, len(kernel)))]


def _numbers(node: Node, name: str, otherwise: int, count: int) -> Shape:
    return tuple(node.attributes.get(name) or (otherwise,) * count)[:count]


def _ends(node: Node) -> Shape:
    pads = node.attributes.get("pads") or (0,) * 8
    return tuple(pads[len(pads) // 2:])


def _halves(total: int, rule: str) -> Tuple[int, int]:
    """The odd one goes to the end, or in SAME_LOWER to the beginning."""
    less = total // 2
    return (total - less, less) if rule == "SAME_LOWER" else (less, total - less)


def _written(pads: Pads) -> Tuple[int, ...]:
    return tuple(begin for begin, _ in pads) + tuple(end for _, end in pads)
