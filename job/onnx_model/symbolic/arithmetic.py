"""Arithmetic with factors of its own, rounding, remainders and functions that must be exact near zero."""
import math
from typing import Any

from onnx import TensorProto

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.truth import is_bytes, negated
from job.onnx_model.symbolic.values import constant, constant_tensor, operand, scaled

_LEAST = 2.0 ** -126  # of float32's whole numbers of digits: 0 / 0 is no angle


def _sum(op: str):
    def add(g: Any, x: Any, other: Any, alpha: Any = None) -> Any:
        """x + alpha * other, or x - alpha * other."""
        x, other = operand(g, x, other), operand(g, other, x)  # torch.add(0, x): a number may be first
        if op == "Sub" and is_bytes(other):
            return _opposite(g, x, other)
        if is_bytes(x) or is_bytes(other):
            return None  # sums of truth values, as bytes
        return g.op(op, x, scaled(g, other, alpha))
    return add


exports("add")(_sum("Add"))
exports("sub")(_sum("Sub"))


@exports("rsub")
def from_other(g: Any, x: Any, other: Any, alpha: Any = None) -> Any:
    """other - alpha * x"""
    if is_bytes(x):
        return _opposite(g, operand(g, other, x), x)
    return g.op("Sub", operand(g, other, x), scaled(g, x, alpha))


def _opposite(g: Any, one: Any, truth: Any) -> Any:
    """One minus a truth value."""
    value = constant_tensor(one)
    return negated(g, truth) if value is not None and bool((value == 1).all()) else None


@exports("addcmul")
def add_product(g: Any, x: Any, left: Any, right: Any, value: Any) -> Any:
    return g.op("Add", x, scaled(g, g.op("Mul", left, right), value))


@exports("addcdiv")
def add_quotient(g: Any, x: Any, left: Any, right: Any, value: Any) -> Any:
    return g.op("Add", x, scaled(g, g.op("Div", left, right), value))


@exports("lerp")
def lerp(g: Any, x: Any, end: Any, weight: Any) -> Any:
    return g.op("Add", x, g.op("Mul", operand(g, weight, x), g.op("Sub", end, x)))


@exports("rsqrt")
def rsqrt(g: Any, x: Any) -> Any:
    return g.op("Reciprocal", g.op("Sqrt", x))


def _logarithm(base: float):
    return lambda g, x: g.op("Mul", g.op("Log", x), constant(g, 1 / math.log(base)))


exports("log2")(_logarithm(2))
exports("log10")(_logarithm(10))


@exports("log1p")
def log1p(g: Any, x: Any) -> Any:
    """log(u) * x / (u - 1) where u = 1 + x: the error of u goes out again. Where u is 1, x itself."""
    one, zero = constant(g, 1.0), constant(g, 0.0)
    above = g.op("Add", x, one)
    added = g.op("Sub", above, one)
    counts = g.op("Or", g.op("Greater", added, zero), g.op("Less", added, zero))
    quotient = g.op("Div", g.op("Mul", g.op("Log", above), x), g.op("Where", counts, added, one))
    return g.op("Where", counts, quotient, x)


@exports("expm1")
def expm1(g: Any, x: Any) -> Any:
    """tanh(x / 2) * (exp(x) + 1): no difference of near equals."""
    return g.op("Mul", g.op("Tanh", g.op("Mul", x, constant(g, 0.5))), g.op("Add", g.op("Exp", x), constant(g, 1.0)))


for _name in ("sinh", "cosh", "sign"):
    exports(_name)(lambda g, x, _op=_name.capitalize(): g.op(_op, x))


@exports("trunc")
def trunc(g: Any, x: Any) -> Any:
    """Towards zero: what is above it and what is below apart."""
    above, below = g.op("Floor", g.op("Relu", x)), g.op("Floor", g.op("Relu", g.op("Neg", x)))
    return g.op("Sub", above, below)


@exports("frac")
def frac(g: Any, x: Any) -> Any:
    return g.op("Sub", x, trunc(g, x))


@exports("round")
def to_nearest(g: Any, x: Any) -> Any:
    """Halves go to the even neighbour: one more than floor(x) where the rest is above a half, or a half of an odd."""
    floor, half, one = g.op("Floor", x), constant(g, 0.5), constant(g, 1.0)
    rest = g.op("Sub", x, floor)
    odd = g.op("Sub", floor, g.op("Mul", g.op("Floor", g.op("Mul", floor, half)), constant(g, 2.0)))
    more, less = (g.op("Cast", g.op(op, rest, half), to_i=TensorProto.FLOAT) for op in ("Greater", "Less"))
    return g.op("Add", floor, g.op("Max", more, g.op("Mul", odd, g.op("Sub", one, less))))


@exports("remainder")
def remainder(g: Any, x: Any, other: Any) -> Any:
    """Of the divisor's sign, as PyTorch 1.1 computes it: x - floor(x / y) * y."""
    other = operand(g, other, x)
    return g.op("Sub", x, g.op("Mul", g.op("Floor", g.op("Div", x, other)), other))


@exports("fmod")
def fmod(g: Any, x: Any, other: Any) -> Any:
    """Of x's sign, and exact."""
    return g.op("Mod", x, operand(g, other, x), fmod_i=1)


@exports("atan2")
def angle_of_two(g: Any, y: Any, x: Any) -> Any:
    """The angle to the nearer axis, whose tangent is at most one, and from there on round."""
    high, wide = g.op("Abs", y), g.op("Abs", x)
    longer = g.op("Max", g.op("Max", high, wide), constant(g, [_LEAST]))
    angle = g.op("Atan", g.op("Div", g.op("Min", high, wide), longer))
    angle = g.op("Where", g.op("Greater", high, wide), g.op("Sub", constant(g, math.pi / 2), angle), angle)
    zero = constant(g, 0.0)
    angle = g.op("Where", g.op("Less", x, zero), g.op("Sub", constant(g, math.pi), angle), angle)
    return g.op("Where", g.op("Less", y, zero), g.op("Neg", angle), angle)
