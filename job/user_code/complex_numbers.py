"""Complex numbers as pairs of real tensors: PyTorch 1.1 has no others, and no graph that converts has any."""
import math
from typing import Any, Callable, Optional, Sequence, Tuple

import torch

from job.user_code.meaning import add, replace
from job.user_code.not_here import NotHere

_OF_EACH_PART = (
    "chunk", "clone", "contiguous", "cumsum", "detach", "expand", "expand_as", "flatten", "flip", "index_select", "mean",
    "movedim", "narrow", "permute", "repeat", "reshape", "reshape_as", "roll", "select", "split", "squeeze", "sum", "swapaxes",
    "t", "transpose", "unbind", "unflatten", "unsqueeze", "view", "view_as", "__getitem__", "__neg__")
_OF_FUNCTIONS = ("abs", "chunk", "exp", "flatten", "mean", "reshape", "roll", "split", "squeeze", "sum", "transpose", "unsqueeze")
_OPERATORS = tuple("__{}__".format(name) for name in (
    "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "matmul"))


class Complex:
    """What the code may keep, move and calculate with. An answer of the network, or a weight, it cannot be."""

    dtype = torch.complex64

    def __init__(self, real: torch.Tensor, imag: torch.Tensor) -> None:
        self.real, self.imag = real, imag

    shape = property(lambda self: self.real.shape)
    ndim = property(lambda self: self.real.dim())
    device = property(lambda self: self.real.device)
    mT = property(lambda self: self.transpose(-2, -1))

    def size(self, *axis: int) -> Any:
        return self.real.size(*axis)

    def dim(self) -> int:
        return self.real.dim()

    def numel(self) -> int:
        return self.real.numel()

    def __len__(self) -> int:
        return len(self.real)

    def is_complex(self) -> bool:
        return True

    def to(self, *given: Any, **named: Any) -> "Complex":
        if any(isinstance(each, torch.dtype) for each in (*given, *named.values())):
            raise NotHere("complex numbers .to a real type lose a part: say .real")
        return self

    def abs(self) -> torch.Tensor:
        return torch.sqrt(self.real * self.real + self.imag * self.imag)

    def angle(self) -> torch.Tensor:
        return torch.atan2(self.imag, self.real)

    def conj(self) -> "Complex":
        return Complex(self.real, -self.imag)

    def exp(self) -> "Complex":
        return polar(torch.exp(self.real), self.imag)

    def __pow__(self, power: Any) -> "Complex":
        if power != 2:
            raise NotHere("powers of complex numbers other than the second do not convert")
        return self * self

    def __add__(self, other: Any) -> "Complex":
        real, imag = _parts(other)
        return Complex(self.real + real, self.imag if imag is None else self.imag + imag)

    def __sub__(self, other: Any) -> "Complex":
        return self + -other

    def __rsub__(self, other: Any) -> "Complex":
        return -self + other

    def __mul__(self, other: Any) -> "Complex":
        return _product(lambda x, y: x * y, self, other)

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Any) -> "Complex":
        real, imag = _parts(other)
        if imag is None:
            return Complex(self.real / real, self.imag / real)
        return self * Complex(real, -imag) / (real * real + imag * imag)

    def __rtruediv__(self, other: Any) -> "Complex":
        return self.conj() * other / (self.real * self.real + self.imag * self.imag)

    def __matmul__(self, other: Any) -> "Complex":
        return _product(torch.matmul, self, other)

    def __rmatmul__(self, other: Any) -> "Complex":
        return _product(torch.matmul, other, self)

    add, sub, mul, multiply, div, divide, pow = __add__, __sub__, __mul__, __mul__, __truediv__, __truediv__, __pow__


def _of_each_part(name: str) -> Callable[..., Any]:
    """A method that moves, takes or sums: looked up late, since it may be provided too."""
    def both(number: Complex, *given: Any, **named: Any) -> Any:
        given = tuple(each.real if isinstance(each, Complex) else each for each in given)  # whose sizes it is to have
        made = [getattr(part, name)(*given, **named) for part in (number.real, number.imag)]
        return Complex(*made) if isinstance(made[0], torch.Tensor) else tuple(Complex(*each) for each in zip(*made))
    return both


for _name in _OF_EACH_PART:
    setattr(Complex, _name, _of_each_part(_name))


def _parts(value: Any) -> Tuple[Any, Optional[Any]]:
    """Without an imaginary one where it is real."""
    return (value.real, value.imag) if isinstance(value, (Complex, complex)) else (value, None)


def _product(times: Callable[..., torch.Tensor], value: Any, other: Any) -> Complex:
    (a, b), (c, d) = _parts(value), _parts(other)
    if b is None or d is None:
        return Complex(times(a, c), times(a, d) if b is None else times(b, c))
    return Complex(times(a, c) - times(b, d), times(a, d) + times(b, c))


def polar(abs: torch.Tensor, angle: torch.Tensor) -> Complex:
    return Complex(abs * torch.cos(angle), abs * torch.sin(angle))


def view_as_complex(input: torch.Tensor) -> Complex:
    if int(input.shape[-1]) != 2:
        raise RuntimeError("view_as_complex of {} numbers in the last axis, not 2".format(int(input.shape[-1])))
    return Complex(input.select(-1, 0), input.select(-1, 1))


def view_as_real(input: Complex) -> torch.Tensor:
    if not isinstance(input, Complex):
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return torch.stack((input.real, input.imag), -1)


def real(input: Any) -> torch.Tensor:
    return input.real if isinstance(input, Complex) else input


def imag(input: Any) -> torch.Tensor:
    if not isinstance(input, Complex):
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes")
    return input.imag


def angle(input: Any) -> torch.Tensor:
    """Of a real number 0, or pi where it is negative."""
    return input.angle() if isinstance(input, Complex) else (input < 0).to(input.dtype) * math.pi


def conj(input: Any) -> Any:
    return input.conj() if isinstance(input, Complex) else input


def _is_complex(of_1_1: Any, input: Any) -> bool:
    return isinstance(input, Complex)


def _asked_of_it(name: str) -> Callable[..., Any]:
    """torch.abs(x) and its kin, of a complex x what it says itself."""
    def asked(of_1_1: Callable[..., Any], input: Any, *given: Any, **named: Any) -> Any:
        return getattr(input, name)(*given, **named) if isinstance(input, Complex) else of_1_1(input, *given, **named)
    return asked


def _of_two(name: str) -> Callable[..., Any]:
    """A real tensor and a complex number: only the latter knows how."""
    def asked(of_1_1: Callable[..., Any], value: Any, other: Any, *given: Any, **named: Any) -> Any:
        if not isinstance(other, (Complex, complex)):
            return of_1_1(value, other, *given, **named)
        return getattr(Complex(value, torch.zeros_like(value)), name)(other)
    return asked


def _joined(of_1_1: Callable[..., Any], tensors: Sequence[Any], *given: Any, **named: Any) -> Any:
    if not any(isinstance(each, Complex) for each in tensors):
        return of_1_1(tensors, *given, **named)
    pairs = [each if isinstance(each, Complex) else Complex(each, torch.zeros_like(each)) for each in tensors]
    return Complex(*(of_1_1([getattr(each, part) for each in pairs], *given, **named) for part in ("real", "imag")))


def _einsum(of_1_1: Callable[..., Any], equation: Any, *operands: Any) -> Any:
    if not any(isinstance(each, Complex) for each in operands):
        return of_1_1(equation, *operands)
    if len(operands) != 2:
        raise NotHere("einsum of complex numbers takes two operands here")
    return _product(lambda x, y: of_1_1(equation, x, y), *operands)


_INSTEAD = (
    (torch, dict({name: _asked_of_it(name) for name in _OF_FUNCTIONS}, cat=_joined, stack=_joined, einsum=_einsum,
                 is_complex=_is_complex)),
    (torch.Tensor, dict({name: _of_two(name) for name in _OPERATORS}, is_complex=_is_complex)))
PROVIDED = (
    (torch, dict({each.__name__: each for each in (angle, conj, imag, polar, real, view_as_complex, view_as_real)},
                 complex=Complex)),
    (torch.Tensor, {"angle": angle, "conj": conj, "real": property(real)}))


def provide() -> None:
    """Where PyTorch has them now."""
    for owner, values in _INSTEAD:
        for name, made in values.items():
            replace(owner, name, made)
    for owner, values in PROVIDED:
        add(owner, values)
