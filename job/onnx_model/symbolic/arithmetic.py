"""Arithmetic with factors of its own, rounding, remainders and functions that must be exact near zero."""
import math
from typing import Any

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.truth import is_bytes, negated
from job.onnx_model.symbolic.values import FLOAT, constant, constant_tensor, number, operand


def _times(g: Any, x: Any, factor: Any) -> Any:
    return x if factor is None or number(factor) == 1 else g.op("Mul", x, constant(g, number(factor)))


def _sum(op: str):
    def add(g: Any, x: Any, other: Any, alpha: Any = None) -> Any:
        """x + alpha * other, or x - alpha * other."""
        other = operand(g, other, x)
        if op == "Sub" and is_bytes(other) and constant_tensor(x) is not None:
            return from_other(g, other, x, alpha)
        if is_bytes(x) or is_bytes(other):
            return None  # sums of truth values, as bytes
        return g.op(op, x, _times(g, other, alpha))
    return add


exports("add")(_sum("Add"))
exports("sub")(_sum("Sub"))


@exports("rsub")
def from_other(g: Any, x: Any, other: Any, alpha: Any = None) -> Any:
    """other - alpha * x; one minus a truth value is its opposite."""
    if is_bytes(x):
        return negated(g, x) if number(other) == 1 else None
    return g.op("Sub", operand(g, other, x), _times(g, x, alpha))


@exports("addcmul")
def add_product(g: Any, x: Any, left: Any, right: Any, value: Any) -> Any:
    return g.op("Add", x, _times(g, g.op("Mul", left, right), value))


@exports("addcdiv")
def add_quotient(g: Any, x: Any, left: Any, right: Any, value: Any) -> Any:
    return g.op("Add", x, _times(g, g.op("Div", left, right), value))


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
    one = constant(g, 1.0)
    above = g.op("Add", x, one)
    added = g.op("Sub", above, one)
    nothing = g.op("Equal", added, constant(g, 0.0))
    quotient = g.op("Div", g.op("Mul", g.op("Log", above), x), g.op("Where", nothing, one, added))
    return g.op("Where", nothing, x, quotient)


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
    """Halves go to the even neighbour: one more than floor(x) where the rest is more than a half, or a half of an odd."""
    floor, half = g.op("Floor", x), constant(g, 0.5)
    rest = g.op("Sub", x, floor)
    odd = g.op("Sub", floor, g.op("Mul", g.op("Floor", g.op("Mul", floor, half)), constant(g, 2.0)))
    more = g.op("Cast", g.op("Greater", rest, half), to_i=FLOAT)
    tie = g.op("Mul", g.op("Cast", g.op("Equal", rest, half), to_i=FLOAT), odd)
    return g.op("Add", floor, g.op("Add", more, tie))


@exports("remainder")
def remainder(g: Any, x: Any, other: Any) -> Any:
    """Of the divisor's sign, as PyTorch 1.1 computes it: x - floor(x / y) * y."""
    other = operand(g, other, x)
    return g.op("Sub", x, g.op("Mul", g.op("Floor", g.op("Div", x, other)), other))


@exports("fmod")
def fmod(g: Any, x: Any, other: Any) -> Any:
    """Of x's sign, and exact."""
    return g.op("Mod", x, operand(g, other, x), fmod_i=1)
