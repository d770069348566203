"""The error function, within 2e-7 of its value wherever it is asked."""
from job.onnx_model.decompositions.registry import Attributes, Parts, decomposes

# artanh(erf(x)) / x as a polynomial of x^2, the highest power first: fitted so that the largest error of tanh is
# smallest, 6e-8. The first coefficient is positive, so that far out tanh sees ever larger numbers and answers one.
_ARTANH_OF_ERF = (1.5895131e-07, -5.985567e-06, 8.9711969e-05, -6.257182e-04, -1.8438503e-04, 1.0276549e-01, 1.1283797)


@decomposes("Erf", "Tanh(x P(x^2))")
def erf(parts: Parts, attributes: Attributes, x: str) -> str:
    """Half as long as the quotient of polynomials that Eigen computes, and twice as near."""
    square = parts.op("Mul", x, x)
    total = parts.op("Mul", square, _ARTANH_OF_ERF[0])
    for coefficient in _ARTANH_OF_ERF[1:-1]:
        total = parts.op("Mul", parts.op("Add", total, coefficient), square)
    return parts.op("Tanh", parts.op("Mul", parts.op("Add", total, _ARTANH_OF_ERF[-1]), x))
