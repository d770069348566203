"""Reductions that are a function before or after a simpler one, and pools over a whole map."""
import numpy as np

from job.onnx_model.decompositions.registry import Attributes, Parts, decomposes
from job.onnx_model.graph import without


@decomposes("ReduceL1", "ReduceSum of Abs")
def l1(parts: Parts, attributes: Attributes, x: str) -> str:
    return parts.op("ReduceSum", parts.op("Abs", x), **attributes)


@decomposes("ReduceSumSquare", "ReduceSum of squares")
def sum_square(parts: Parts, attributes: Attributes, x: str) -> str:
    return parts.op("ReduceSum", parts.op("Mul", x, x), **attributes)


@decomposes("ReduceLogSum", "Log of ReduceSum")
def log_sum(parts: Parts, attributes: Attributes, x: str) -> str:
    return parts.op("Log", parts.op("ReduceSum", x, **attributes))


@decomposes("ReduceLogSumExp", "Log of a ReduceSum of Exp, the largest taken out first")
def log_sum_exp(parts: Parts, attributes: Attributes, x: str) -> str:
    largest = parts.op("ReduceMax", x, **dict(attributes, keepdims=1))
    logarithm = parts.op("Log", parts.op("ReduceSum", parts.op("Exp", parts.op("Sub", x, largest)), **attributes))
    return parts.op("Add", logarithm, parts.op("ReduceMax", x, **attributes))


@decomposes("GlobalMaxPool", "ReduceMax")
def global_max_pool(parts: Parts, attributes: Attributes, x: str) -> str:
    return parts.op("ReduceMax", x, axes=_spatial(parts, x), keepdims=1)


@decomposes("GlobalLpPool", "ReduceSum of powers")
def global_lp_pool(parts: Parts, attributes: Attributes, x: str) -> str:
    p = attributes.get("p", 2)
    return _root(parts, parts.op("ReduceSum", _power(parts, x, p), axes=_spatial(parts, x), keepdims=1), p)


@decomposes("LpPool", "AveragePool of powers")
def lp_pool(parts: Parts, attributes: Attributes, x: str) -> str:
    p = attributes.get("p", 2)
    mean = parts.op("AveragePool", _power(parts, x, p), count_include_pad=1, **without(attributes, "p"))
    return _root(parts, parts.op("Mul", mean, float(np.prod(attributes["kernel_shape"]))), p)


@decomposes("Mean", "Sum, divided")
def mean(parts: Parts, attributes: Attributes, *operands: str) -> str:
    total = parts.op("Sum", *operands) if len(operands) > 1 else operands[0]
    return parts.op("Div", total, len(operands))


def _spatial(parts: Parts, x: str):
    return tuple(range(2, len(parts.shape(x))))


def _power(parts: Parts, x: str, p: int) -> str:
    return parts.op("Mul", x, x) if p == 2 else parts.op("Pow", parts.op("Abs", x), float(p))


def _root(parts: Parts, x: str, p: int) -> str:
    return parts.op("Sqrt", x) if p == 2 else parts.op("Pow", x, 1 / p)
