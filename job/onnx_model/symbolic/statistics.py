"""Variances, norms of any order and distances."""
import math
from typing import Any, List

import numpy as np

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, constant, integer, integers, number, sizes


def _axes(x: Any, dim: Any) -> List[int]:
    rank = x.type().dim()
    return [axis % rank for axis in integers(dim)] if dim is not None else list(range(rank))


def _variance(g: Any, x: Any, axes: List[int], unbiased: bool, keepdim: int) -> Any:
    count = int(np.prod([sizes(x)[axis] for axis in axes]))
    centred = g.op("Sub", x, g.op("ReduceMean", x, axes_i=axes, keepdims_i=1))
    mean = g.op("ReduceMean", g.op("Mul", centred, centred), axes_i=axes, keepdims_i=keepdim)
    return g.op("Mul", mean, constant(g, count / (count - 1))) if unbiased else mean


@exports("var")
def variance(g: Any, x: Any, *args: Any) -> Any:
    """(unbiased), or (dim, unbiased, keepdim)"""
    dim, unbiased, keepdim = args if len(args) == 3 else (None, args[0], 0)
    return _variance(g, x, _axes(x, dim), bool(integer(unbiased)), integer(keepdim))


@exports("std")
def deviation(g: Any, x: Any, *args: Any) -> Any:
    return g.op("Sqrt", variance(g, x, *args))


@exports("frobenius_norm")
def frobenius_norm(g: Any, x: Any, dim: Any = None, keepdim: Any = 0) -> Any:
    return _norm(g, x, 2.0, _axes(x, dim), integer(keepdim))


@exports("norm")
def norm(g: Any, x: Any, p: Any, dim: Any = None, keepdim: Any = 0) -> Any:
    order = 2.0 if p.node().mustBeNone() else number(p)
    return _norm(g, x, order, _axes(x, dim), integer(keepdim))


def _norm(g: Any, x: Any, p: float, axes: List[int], keepdim: int) -> Any:
    if p == 2:
        return g.op("ReduceL2", x, axes_i=axes, keepdims_i=keepdim)
    size = g.op("Abs", x)
    if p == 1:
        return g.op("ReduceSum", size, axes_i=axes, keepdims_i=keepdim)
    if math.isinf(p):
        return g.op("ReduceMax" if p > 0 else "ReduceMin", size, axes_i=axes, keepdims_i=keepdim)
    if p == 0:
        return None
    total = g.op("ReduceSum", g.op("Pow", size, constant(g, p)), axes_i=axes, keepdims_i=keepdim)
    return g.op("Pow", total, constant(g, 1 / p))


@exports("logsumexp")
def log_sum_exp(g: Any, x: Any, dim: Any, keepdim: Any) -> Any:
    return g.op("ReduceLogSumExp", x, axes_i=_axes(x, dim), keepdims_i=integer(keepdim))


@exports("pairwise_distance")
def pairwise_distance(g: Any, left: Any, right: Any, p: Any, eps: Any, keepdim: Any) -> Any:
    apart = g.op("Add", g.op("Sub", left, right), constant(g, number(eps)))
    return _norm(g, apart, number(p), [1], integer(keepdim))


@exports("cosine_similarity")
def cosine_similarity(g: Any, left: Any, right: Any, dim: Any, eps: Any) -> Any:
    axis = [axis_of(left, dim)]
    product = g.op("ReduceSum", g.op("Mul", left, right), axes_i=axis, keepdims_i=0)
    norms = g.op("Mul", *(_norm(g, x, 2.0, axis, 0) for x in (left, right)))
    return g.op("Div", product, g.op("Clip", norms, min_f=number(eps)))


@exports("_weight_norm")
def weight_norm(g: Any, v: Any, length: Any, dim: Any) -> Any:
    """v, its length along every other axis than `dim` made another."""
    axes = [axis for axis in range(v.type().dim()) if axis != axis_of(v, dim)] if integer(dim) != -1 else _axes(v, None)
    return g.op("Mul", v, g.op("Div", length, g.op("ReduceL2", v, axes_i=axes, keepdims_i=1)))
