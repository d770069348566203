"""Activations with limits, slopes and scales that torch 1.1's exporter leaves out or takes for others."""
from typing import Any

from onnx import TensorProto

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, integer, number

_LINEAR_FROM = 15.0  # above, log(1 + exp(x)) is x in float32


@exports("elu")
def elu(g: Any, x: Any, alpha: Any, scale: Any = None, input_scale: Any = None) -> Any:
    """PyTorch says CELU and SELU with these scales too."""
    if any(each is not None and number(each) != 1 for each in (scale, input_scale)):
        return None
    return g.op("Elu", x, alpha_f=number(alpha))


@exports("celu")
def celu(g: Any, x: Any, alpha: Any) -> Any:
    """alpha * elu(x / alpha)"""
    factor = number(alpha)
    if factor == 1:
        return g.op("Elu", x, alpha_f=1.0)
    return g.op("Mul", g.op("Elu", g.op("Mul", x, constant(g, 1 / factor)), alpha_f=1.0), constant(g, factor))


@exports("rrelu")
def rrelu(g: Any, x: Any, lower: Any, upper: Any, training: Any = 0, generator: Any = None) -> Any:
    """At inference the slope is the middle of its range."""
    return None if integer(training) else g.op("LeakyRelu", x, alpha_f=(number(lower) + number(upper)) / 2)


@exports("softplus")
def softplus(g: Any, x: Any, beta: Any, threshold: Any) -> Any:
    rate, limit = number(beta), number(threshold)
    scaled = x if rate == 1 else g.op("Mul", x, constant(g, rate))
    soft = g.op("Softplus", scaled)
    soft = soft if rate == 1 else g.op("Mul", soft, constant(g, 1 / rate))
    return soft if limit >= _LINEAR_FROM else g.op("Where", g.op("Greater", scaled, constant(g, limit)), x, soft)


@exports("log_sigmoid")
def log_sigmoid(g: Any, x: Any) -> Any:
    """The logarithm of a sigmoid that has come to 0 would be infinite."""
    return g.op("Neg", g.op("Softplus", g.op("Neg", x)))


@exports("threshold")
def threshold(g: Any, x: Any, limit: Any, value: Any) -> Any:
    limit, value = number(limit), number(value)
    if limit == value:
        return g.op("Relu", x) if limit == 0 else g.op("Clip", x, min_f=limit)
    return g.op("Where", g.op("Greater", x, constant(g, limit)), x, constant(g, value))


@exports("softshrink")
def softshrink(g: Any, x: Any, limit: Any) -> Any:
    return g.op("Sub", x, g.op("Clip", x, min_f=-number(limit), max_f=number(limit)))


@exports("hardshrink")
def hardshrink(g: Any, x: Any, limit: Any) -> Any:
    kept = g.op("Greater", g.op("Abs", x), constant(g, number(limit)))
    return g.op("Mul", x, g.op("Cast", kept, to_i=TensorProto.FLOAT))
