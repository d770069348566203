"""Truth values, and what they say of numbers."""
import numpy as np

from job.onnx_model.decompositions.registry import Attributes, Parts, decomposes


@decomposes("Xor", "Or without And")
def exclusive_or(parts: Parts, attributes: Attributes, left: str, right: str) -> str:
    either, both = (parts.op(op, left, right) for op in ("Or", "And"))
    return parts.op("And", either, parts.op("Not", both))


@decomposes("IsNaN", "neither Less than one number nor Greater than a smaller one")
def is_nan(parts: Parts, attributes: Attributes, x: str) -> str:
    return parts.op("Not", parts.op("Or", parts.op("Less", x, 1.0), parts.op("Greater", x, 0.0)))


@decomposes("IsInf", "Greater than the largest number, or Less than the smallest")
def is_infinite(parts: Parts, attributes: Attributes, x: str) -> str:
    largest = np.finfo(np.float32).max
    positive, negative = (attributes.get("detect_" + sign, 1) for sign in ("positive", "negative"))
    if positive:
        return parts.op("Greater", parts.op("Abs", x) if negative else x, largest)
    return parts.op("Less", x, -largest if negative else -np.inf)
