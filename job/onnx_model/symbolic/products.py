"""Products of matrices and vectors, brought to equal ranks and batches."""
from typing import Any, Sequence, Tuple

import numpy as np
import torch

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, constant, reshaped, scaled, sizes


def _sum(g: Any, x: Any, beta: Any, product: Any, alpha: Any) -> Any:
    return g.op("Add", scaled(g, product, alpha), scaled(g, x, beta))


@exports("mm", "bmm")
def product(g: Any, left: Any, right: Any) -> Any:
    return g.op("MatMul", left, right)


@exports("addmm", "baddbmm")
def add_product(g: Any, x: Any, left: Any, right: Any, beta: Any, alpha: Any) -> Any:
    return _sum(g, x, beta, product(g, left, right), alpha)


@exports("addbmm")
def add_products_of_all(g: Any, x: Any, left: Any, right: Any, beta: Any, alpha: Any) -> Any:
    return _sum(g, x, beta, g.op("ReduceSum", product(g, left, right), axes_i=[0], keepdims_i=0), alpha)


@exports("mv")
def matrix_times_vector(g: Any, matrix: Any, vector: Any) -> Any:
    return g.op("Squeeze", product(g, matrix, g.op("Unsqueeze", vector, axes_i=[1])), axes_i=[1])


@exports("dot")
def dot(g: Any, left: Any, right: Any) -> Any:
    return g.op("ReduceSum", g.op("Mul", left, right), axes_i=[0], keepdims_i=0)


@exports("ger")
def outer(g: Any, left: Any, right: Any) -> Any:
    return g.op("Mul", g.op("Unsqueeze", left, axes_i=[1]), g.op("Unsqueeze", right, axes_i=[0]))


@exports("matmul")
def matmul(g: Any, left: Any, right: Any) -> Any:
    """A vector becomes a matrix of one row or column; a stack that the other side has is repeated."""
    before, after = sizes(left), sizes(right)
    if len(before) == 1 and len(after) == 1:
        return dot(g, left, right)
    if len(before) == 1:
        rows = matmul_of(g, g.op("Unsqueeze", left, axes_i=[0]), [1] + before, right, after)
        return g.op("Squeeze", rows, axes_i=[len(after) - 2])
    if len(after) == 1:
        columns = matmul_of(g, left, before, g.op("Unsqueeze", right, axes_i=[1]), after + [1])
        return g.op("Squeeze", columns, axes_i=[len(before) - 1])
    return matmul_of(g, left, before, right, after)


def matmul_of(g: Any, left: Any, before: Sequence[int], right: Any, after: Sequence[int]) -> Any:
    if len(after) > 2:
        stack = np.broadcast(np.empty(before[:-2]), np.empty(after[:-2])).shape
        left, right = (_stacked(g, *each, stack) for each in ((left, before), (right, after)))
    return g.op("MatMul", left, right)


def _stacked(g: Any, x: Any, have: Sequence[int], stack: Tuple[int, ...]) -> Any:
    """The same matrices for the whole stack."""
    if tuple(have[:-2]) == stack:
        return x
    if len(have) < len(stack) + 2:
        x = g.op("Unsqueeze", x, axes_i=list(range(len(stack) + 2 - len(have))))
    return g.op("Expand", x, constant(g, list(stack) + list(have[-2:]), torch.int64))


@exports("bilinear")
def bilinear(g: Any, left: Any, right: Any, weight: Any, bias: Any) -> Any:
    """left [N, I], right [N, J], weight [O, I, J] -> [N, O]: left @ weight for each O and J, times right, summed."""
    if len(sizes(left)) != 2:
        return None
    out, inner, columns = sizes(weight)
    table = reshaped(g, g.op("Transpose", weight, perm_i=[1, 0, 2]), [inner, out * columns])
    rows = reshaped(g, g.op("MatMul", left, table), [-1, out, columns])
    pairs = g.op("Mul", rows, g.op("Unsqueeze", right, axes_i=[1]))
    result = g.op("ReduceSum", pairs, axes_i=[2], keepdims_i=0)
    return result if bias.node().mustBeNone() else g.op("Add", result, bias)


@exports("cumsum")
def running_sum(g: Any, x: Any, dim: Any, dtype: Any = None) -> Any:
    """A product with a triangle of ones, the axis brought to the end and back."""
    axis, rank = axis_of(x, dim), x.type().dim()
    if rank < 2 or dtype is not None:
        return None
    size = sizes(x)[axis]
    swap = list(range(rank))
    swap[axis], swap[-1] = swap[-1], swap[axis]
    triangle = g.op("Constant", value_t=torch.ones(size, size).triu())
    if axis == rank - 1:
        return g.op("MatMul", x, triangle)
    return g.op("Transpose", g.op("MatMul", g.op("Transpose", x, perm_i=swap), triangle), perm_i=swap)
