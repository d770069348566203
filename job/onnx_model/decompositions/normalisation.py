"""Normalisations by the statistics of the input itself."""
from typing import Callable, Tuple

import numpy as np

from job.onnx_model.decompositions.registry import Attributes, Parts, decomposes
from job.onnx_model.moments import in_turn
from job.values import Shape


@decomposes("InstanceNormalization", "its mean and variance")
def instance_normalization(parts: Parts, attributes: Attributes, x: str, scale: str, bias: str) -> str:
    rank = len(parts.shape(x))
    centred, variance = moments(parts, x, tuple(range(2, rank)))
    deviation = parts.op("Sqrt", parts.op("Add", variance, attributes.get("epsilon", 1e-5)))
    per_channel = np.array((1, -1) + (1,) * (rank - 2), np.int64)
    scale, bias = (parts.op("Reshape", each, per_channel) for each in (scale, bias))
    return parts.op("Add", parts.op("Mul", parts.op("Div", centred, deviation), scale), bias)


@decomposes("MeanVarianceNormalization", "its mean and variance")
def mean_variance_normalization(parts: Parts, attributes: Attributes, x: str) -> str:
    centred, variance = moments(parts, x, tuple(attributes.get("axes", (0, 2, 3))))
    return parts.op("Div", centred, parts.op("Add", parts.op("Sqrt", variance), 1e-9))


@decomposes("LpNormalization", "Div by ReduceL1 or ReduceL2")
def lp_normalization(parts: Parts, attributes: Attributes, x: str) -> str:
    norm = "ReduceL{}".format(attributes.get("p", 2))
    return parts.op("Div", x, parts.op(norm, x, axes=(attributes.get("axis", -1),), keepdims=1))


def moments(parts: Parts, x: str, axes: Tuple[int, ...],
            averaged: Callable[[Parts, str], str] = lambda parts, each: each) -> Tuple[str, str]:
    """What is left of x without its mean, and its variance; `averaged` is for means that others have a share in."""
    def averaged_mean(value: str) -> str:
        return averaged(parts, mean(parts, value, axes, parts.shape(x)))
    centred = parts.op("Sub", x, averaged_mean(x))
    return centred, averaged_mean(parts.op("Mul", centred, centred))


def mean(parts: Parts, value: str, axes: Tuple[int, ...], shape: Shape) -> str:
    """Over these axes of a tensor of that shape, which stay, of size 1."""
    for part in in_turn(axes, [shape[axis] for axis in axes]):
        value = parts.op("ReduceMean", value, axes=part, keepdims=1)
    return value
