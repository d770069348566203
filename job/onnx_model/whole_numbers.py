"""Between which bounds the whole numbers of a graph lie, those too that are counted in float32."""
from typing import Callable, Dict, Optional, Tuple

import numpy as np

from job.onnx_model.graph import Node, View

Bounds = Tuple[int, int]

EXACT = 1 << 24  # so far float32 knows every one of them, which count there: TensorFlow Lite 1.14 does not multiply int64
WHOLE = ("int64", "int32", "uint8", "bool")
MOVED = ("Concat", "Expand", "Flatten", "Floor", "Gather", "Identity", "Reshape", "Slice", "Split", "Squeeze", "Tile",
         "Transpose", "Unsqueeze")
_OF_PAIRS = {
    "Add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "Sub": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "Mul": lambda a, b: (min(x * y for x in a for y in b), max(x * y for x in a for y in b)),
    "Div": lambda a, b: (a[0] // b[1], a[1] // b[0]) if a[0] >= 0 and b[0] > 0 else None,
    "Max": lambda *each: tuple(map(max, zip(*each))),
    "Min": lambda *each: tuple(map(min, zip(*each))),
}


def bounds_of(name: str, view: View) -> Optional[Bounds]:
    """None where nothing is known, as of an input."""
    value, node = view.constant(name), view.maker(name)
    if view.dtype(name) == "bool":
        return 0, 1
    if value is not None:
        return (int(value.min()), int(value.max())) if value.size and value.dtype.name in WHOLE else None
    if node is None or node.op not in _MADE or (node.op == "TopK" and name != node.outputs[1]):
        return None
    return _MADE[node.op](node, view)


def _of_places(node: Node, view: View) -> Optional[Bounds]:
    """On an axis."""
    shape = view.shape(node.inputs[0])
    return None if shape is None else (0, shape[node.attributes.get("axis", -1 if node.op == "TopK" else 0)] - 1)


def _of_moved(node: Node, view: View) -> Optional[Bounds]:
    return bounds_of(node.inputs[0], view)


def _of_pair(node: Node, view: View) -> Optional[Bounds]:
    if node.op == "Div" and view.dtype(node.output) not in WHOLE:
        return None
    parts = [bounds_of(each, view) for each in node.inputs]
    return None if None in parts else _OF_PAIRS[node.op](*parts)


def _of_difference(node: Node, view: View) -> Optional[Bounds]:
    return _of_remainder(view.maker(node.inputs[1]), view) if _is_remainder(node, view) else _of_pair(node, view)


def _is_remainder(node: Node, view: View) -> bool:
    """a - a / b * b, as PyTorch 1.1 says a % b."""
    product = view.maker(node.inputs[1])
    quotient = view.maker(product.inputs[0]) if product is not None and product.op == "Mul" else None
    if quotient is not None and quotient.op == "Floor":
        quotient = view.maker(quotient.inputs[0])
    return quotient is not None and quotient.op == "Div" and quotient.inputs == (node.inputs[0], product.inputs[1])


def _of_remainder(product: Node, view: View) -> Optional[Bounds]:
    """Of numbers that are known not to be below zero."""
    divisor = bounds_of(product.inputs[1], view)
    return None if divisor is None or bounds_of(product.output, view) is None else (0, divisor[1] - 1)


def _of_sums(node: Node, view: View) -> Optional[Bounds]:
    each, before, after = bounds_of(node.inputs[0], view), view.shape(node.inputs[0]), view.shape(node.output)
    if each is None or before is None or after is None:
        return None
    count = int(np.prod(before)) // max(1, int(np.prod(after)))
    return each[0] * count, each[1] * count


def _of_products(node: Node, view: View) -> Optional[Bounds]:
    """With a matrix of constants; every sum on the way lies between them too."""
    matrix = view.constant(node.inputs[1])
    each = None if matrix is None else bounds_of(node.inputs[0], view)
    if each is None or matrix.ndim < 2 or matrix.dtype.name not in WHOLE:
        return None
    low, high = (np.where(matrix < 0, each[1 - end], each[end]) * matrix.astype(np.int64) for end in (0, 1))
    return int(np.minimum(low, 0).sum(-2).min()), int(np.maximum(high, 0).sum(-2).max())


def _of_negated(node: Node, view: View) -> Optional[Bounds]:
    each = bounds_of(node.inputs[0], view)
    return None if each is None else (-each[1], -each[0])


def _of_size(node: Node, view: View) -> Optional[Bounds]:
    each = bounds_of(node.inputs[0], view)
    return None if each is None else (max(0, each[0], -each[1]), max(-each[0], each[1]))


def _of_parts(node: Node, view: View) -> Optional[Bounds]:
    """Of a choice, all but the condition."""
    parts = [bounds_of(each, view) for each in node.inputs[node.op == "Where":]]
    return None if None in parts else (min(low for low, _ in parts), max(high for _, high in parts))


def _of_limited(node: Node, view: View) -> Optional[Bounds]:
    """A Clip's own limits, where nothing is known of what it limits."""
    least, greatest = (node.attributes.get(key) for key in ("min", "max"))
    bounds = bounds_of(node.inputs[0], view) or (least, greatest)
    if None in bounds:
        return None
    low, high = (each if least is None else max(each, least) for each in bounds)
    return tuple(int(each if greatest is None else min(each, greatest)) for each in (low, high))


_MADE = dict(
    {op: _of_moved for op in MOVED + ("Cast",)}, ArgMax=_of_places, ArgMin=_of_places, TopK=_of_places, Concat=_of_parts,
    Clip=_of_limited, ReduceSum=_of_sums, MatMul=_of_products, Add=_of_pair, Mul=_of_pair, Div=_of_pair, Sub=_of_difference,
    Max=_of_pair, Min=_of_pair, Neg=_of_negated, Abs=_of_size, Where=_of_parts,
)  # type: Dict[str, Callable[[Node, View], Optional[Bounds]]]
