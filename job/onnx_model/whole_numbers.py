"""Between which bounds the whole numbers of a graph lie, those too that are counted in float32."""
from typing import Optional, Tuple

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
}


def bounds_of(name: str, view: View) -> Optional[Bounds]:
    """None where nothing is known, as of an input."""
    value, node = view.constant(name), view.maker(name)
    if view.dtype(name) == "bool":
        return 0, 1
    if value is not None:
        return (int(value.min()), int(value.max())) if value.size and value.dtype.name in WHOLE else None
    return None if node is None else _bounds_made(node, name, view)


def _bounds_made(node: Node, name: str, view: View) -> Optional[Bounds]:
    if node.op in ("ArgMax", "ArgMin") or (node.op == "TopK" and name == node.outputs[1]):
        shape = view.shape(node.inputs[0])
        return None if shape is None else (0, shape[node.attributes.get("axis", -1 if node.op == "TopK" else 0)] - 1)
    if node.op == "Cast":
        return bounds_of(node.inputs[0], view)
    if node.op == "ReduceSum":
        return _of_sums(node, view)
    if node.op == "MatMul" and view.constant(node.inputs[1]) is not None:
        return _of_products(node, view)
    if node.op in MOVED:
        return _of_all(node.inputs if node.op == "Concat" else node.inputs[:1], view)
    if node.op == "Sub" and _is_remainder(node, view):
        return _remainders(view.maker(node.inputs[1]), view)
    if node.op in _OF_PAIRS and (node.op != "Div" or view.dtype(name) in WHOLE):
        parts = [bounds_of(each, view) for each in node.inputs]
        return None if None in parts else _OF_PAIRS[node.op](*parts)
    return None


def _is_remainder(node: Node, view: View) -> bool:
    """a - a / b * b, as PyTorch 1.1 says a % b."""
    product = view.maker(node.inputs[1])
    quotient = view.maker(product.inputs[0]) if product is not None and product.op == "Mul" else None
    if quotient is not None and quotient.op == "Floor":
        quotient = view.maker(quotient.inputs[0])
    return quotient is not None and quotient.op == "Div" and quotient.inputs == (node.inputs[0], product.inputs[1])


def _remainders(product: Node, view: View) -> Optional[Bounds]:
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
    each, matrix = bounds_of(node.inputs[0], view), view.constant(node.inputs[1])
    if each is None or matrix.ndim < 2 or matrix.dtype.name not in WHOLE:
        return None
    low, high = (np.where(matrix < 0, each[1 - end], each[end]) * matrix.astype(np.int64) for end in (0, 1))
    return int(np.minimum(low, 0).sum(-2).min()), int(np.maximum(high, 0).sum(-2).max())


def _of_all(names: Tuple[str, ...], view: View) -> Optional[Bounds]:
    parts = [bounds_of(each, view) for each in names]
    return None if None in parts else (min(low for low, _ in parts), max(high for _, high in parts))
