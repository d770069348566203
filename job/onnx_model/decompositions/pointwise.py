"""Functions of each element that TensorFlow Lite 1.14 has no operator for."""
from typing import Optional

import numpy as np
from onnx import TensorProto
from onnx.mapping import NP_TYPE_TO_TENSOR_TYPE

from job.onnx_model.decompositions.registry import Attributes, Parts, decomposes

EXACT = 2 ** 23  # whole numbers up to it, and their differences, are floats too


@decomposes("Softsign", "x / (1 + Abs(x))")
def softsign(parts: Parts, attributes: Attributes, x: str) -> str:
    return parts.op("Div", x, parts.op("Add", parts.op("Abs", x), 1.0))


@decomposes("Sign", "whether it is above zero, less whether it is below")
def sign(parts: Parts, attributes: Attributes, x: str) -> str:
    zero, kind = np.zeros((), parts.dtype(x)), NP_TYPE_TO_TENSOR_TYPE[parts.dtype(x)]
    above, below = (parts.op("Cast", parts.op(op, x, zero), to=kind) for op in ("Greater", "Less"))
    return parts.op("Sub", above, below)


@decomposes("ThresholdedRelu", "Where")
def thresholded_relu(parts: Parts, attributes: Attributes, x: str) -> str:
    return parts.op("Where", parts.op("Greater", x, attributes.get("alpha", 1.0)), x, 0.0)


@decomposes("Shrink", "Where")
def shrink(parts: Parts, attributes: Attributes, x: str) -> str:
    bias, limit = attributes.get("bias", 0.0), attributes.get("lambd", 0.5)
    below = parts.op("Where", parts.op("Less", x, -limit), parts.op("Add", x, bias), 0.0)
    return parts.op("Where", parts.op("Greater", x, limit), parts.op("Sub", x, bias), below)


@decomposes("Hardmax", "ArgMax and Equal")
def hardmax(parts: Parts, attributes: Attributes, x: str) -> str:
    """Up to opset 12 over all axes from `axis` on, taken together; the first of equal ones is the largest."""
    shape = parts.shape(x)
    axis = attributes.get("axis", 1) % len(shape)
    columns = int(np.prod(shape[axis:]))
    rows = parts.op("Reshape", x, np.array([-1, columns], np.int64))
    place = parts.op("ArgMax", rows, axis=1, keepdims=1)
    chosen = parts.op("Cast", parts.op("Equal", place, np.arange(columns)), to=TensorProto.FLOAT)
    return parts.op("Reshape", chosen, np.array(shape, np.int64))


@decomposes("OneHot", "Equal")
def one_hot(parts: Parts, attributes: Attributes, indices: str, depth: str, values: str) -> Optional[str]:
    count, ends = parts.constant(depth), parts.constant(values)
    if count is None or ends is None or (ends.dtype != np.float32 and np.abs(ends.astype(np.float64)).max() > EXACT):
        return None
    count, rank = int(count.reshape(-1)[0]), len(parts.shape(indices))
    axis = attributes.get("axis", -1) % (rank + 1)
    wide = parts.op("Unsqueeze", parts.op("Cast", indices, to=7), axes=(axis,))
    places = np.arange(count).reshape((count,) + (1,) * (rank - axis))
    matches = parts.op("Or", parts.op("Equal", wide, places), parts.op("Equal", wide, places - count))
    off, on = ends.astype(np.float32)
    numbers = parts.op("Add", parts.op("Mul", parts.op("Cast", matches, to=TensorProto.FLOAT), on - off), off)
    return numbers if ends.dtype == np.float32 else parts.op("Cast", numbers, to=NP_TYPE_TO_TENSOR_TYPE[ends.dtype])
