"""Trigonometric and hyperbolic functions, each in a form that keeps float32's own accuracy."""
import numpy as np

from job.onnx_model.decompositions.registry import Attributes, Parts, decomposes

_ATAN = (8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1)  # Cephes, atanf


@decomposes("Tan", "Sin / Cos")
def tan(parts: Parts, attributes: Attributes, x: str) -> str:
    return parts.op("Div", parts.op("Sin", x), parts.op("Cos", x))


@decomposes("Cosh", "Exp(x) and Exp(-x)")
def cosh(parts: Parts, attributes: Attributes, x: str) -> str:
    both = parts.op("Add", parts.op("Exp", x), parts.op("Exp", parts.op("Neg", x)))
    return parts.op("Mul", both, 0.5)


@decomposes("Sinh", "Tanh(x) Cosh(x)")
def sinh(parts: Parts, attributes: Attributes, x: str) -> str:
    """Exp(x) - Exp(-x) would lose every digit near zero."""
    return parts.op("Mul", parts.op("Tanh", x), cosh(parts, attributes, x))


@decomposes("Atan", "a polynomial on a third of the axis, and the angles that lead there")
def atan(parts: Parts, attributes: Attributes, x: str) -> str:
    size = parts.op("Abs", x)
    far, middle = (parts.op("Greater", size, np.tan(np.pi / 8 * eighths)) for eighths in (3, 1))
    folded = parts.op("Div", parts.op("Sub", size, 1.0), parts.op("Add", size, 1.0))
    near = parts.op("Where", middle, folded, size)
    near = parts.op("Where", far, parts.op("Neg", parts.op("Reciprocal", parts.op("Max", size, 1.0))), near)
    quarter, half = (parts.op("Mul", parts.op("Cast", each, to=1), np.pi / 4) for each in (middle, far))
    angle = parts.op("Add", _small_angle(parts, near), parts.op("Add", quarter, half))
    return parts.op("Mul", angle, parts.op("Sign", x))


def _small_angle(parts: Parts, x: str) -> str:
    """x + x z P(z) where z = x^2, for |x| up to tan(pi / 8)"""
    square = parts.op("Mul", x, x)
    total = parts.op("Mul", square, _ATAN[0])
    for coefficient in _ATAN[1:]:
        total = parts.op("Mul", parts.op("Add", total, coefficient), square)
    return parts.op("Add", parts.op("Mul", total, x), x)


@decomposes("Asin", "Atan(x / Sqrt(1 - x^2))")
def asin(parts: Parts, attributes: Attributes, x: str) -> str:
    rest = parts.op("Mul", parts.op("Sub", 1.0, x), parts.op("Add", x, 1.0))
    return parts.op("Atan", parts.op("Div", x, parts.op("Sqrt", rest)))


@decomposes("Acos", "2 Atan(Sqrt(1 - x) / Sqrt(1 + x))")
def acos(parts: Parts, attributes: Attributes, x: str) -> str:
    left, right = (parts.op("Sqrt", each) for each in (parts.op("Sub", 1.0, x), parts.op("Add", x, 1.0)))
    return parts.op("Mul", parts.op("Atan", parts.op("Div", left, right)), 2.0)


@decomposes("Asinh", "Sign(x) Log(Abs(x) + Sqrt(x^2 + 1))")
def asinh(parts: Parts, attributes: Attributes, x: str) -> str:
    size = parts.op("Abs", x)
    root = parts.op("Sqrt", parts.op("Add", parts.op("Mul", x, x), 1.0))
    return parts.op("Mul", parts.op("Log", parts.op("Add", size, root)), parts.op("Sign", x))


@decomposes("Acosh", "Log(x + Sqrt((x - 1) (x + 1)))")
def acosh(parts: Parts, attributes: Attributes, x: str) -> str:
    root = parts.op("Sqrt", parts.op("Mul", parts.op("Sub", x, 1.0), parts.op("Add", x, 1.0)))
    return parts.op("Log", parts.op("Add", x, root))


@decomposes("Atanh", "Log((1 + x) / (1 - x)) / 2")
def atanh(parts: Parts, attributes: Attributes, x: str) -> str:
    ratio = parts.op("Div", parts.op("Add", x, 1.0), parts.op("Sub", 1.0, x))
    return parts.op("Mul", parts.op("Log", ratio), 0.5)
