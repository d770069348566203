"""torch.linalg, as far as it converts: norms and products of vectors and matrices."""
from typing import Any, Optional, Sequence, Union

import torch

from job.user_code.newer_reductions import Axes
from job.user_code.not_here import NotHere

_Order = Union[int, float, str]
_INFINITY = float("inf")


def norm(A: torch.Tensor, ord: Optional[_Order] = None, dim: Optional[Axes] = None, keepdim: bool = False, *,
         dtype: Any = None) -> torch.Tensor:
    """Of matrices where two axes and an order are said, else of vectors."""
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    axes = tuple(range(A.dim())) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    if len(axes) == 2:
        return matrix_norm(A, ord, axes, keepdim, dtype=dtype)
    if dim is None and len(axes) > 2:
        raise RuntimeError("linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D")
    return vector_norm(A, ord, dim, keepdim, dtype=dtype)


def vector_norm(x: torch.Tensor, ord: Union[int, float] = 2, dim: Optional[Axes] = None, keepdim: bool = False, *,
                dtype: Any = None) -> torch.Tensor:
    x = x if dtype is None else x.to(dtype)
    axes = list(range(x.dim())) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    if ord == 2:
        return torch.norm(x, 2, axes, keepdim)
    if abs(ord) == _INFINITY:
        return (torch.amax if ord > 0 else torch.amin)(x.abs(), axes, keepdim)
    if ord == 0:
        return (x != 0).to(x.dtype).sum(axes, keepdim=keepdim)
    summed = (x.abs() if ord == 1 else x.abs() ** ord).sum(axes, keepdim=keepdim)
    return summed if ord == 1 else summed ** (1 / ord)


def matrix_norm(A: torch.Tensor, ord: _Order = "fro", dim: Sequence[int] = (-2, -1), keepdim: bool = False, *,
                dtype: Any = None) -> torch.Tensor:
    """The greatest or least sum of a column (1, -1) or a row (inf, -inf), or of all squares ("fro")."""
    if ord == "fro":
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if ord not in (1, -1, _INFINITY, -_INFINITY):
        raise NotHere("torch.linalg.matrix_norm with ord={!r} takes singular values, which do not convert".format(ord))
    summed, other = (axis % A.dim() for axis in (dim if abs(ord) == 1 else tuple(dim)[::-1]))
    sums = (A if dtype is None else A.to(dtype)).abs().sum(summed, keepdim=True)
    ends = (torch.amax if ord > 0 else torch.amin)(sums, other, True)
    return ends if keepdim else ends.squeeze((summed, other))


def vecdot(x: torch.Tensor, y: torch.Tensor, *, dim: int = -1) -> torch.Tensor:
    return (x * y).sum(dim)


def matmul(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.matmul(input, other)


def multi_dot(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    product = tensors[0]
    for each in tensors[1:]:
        product = torch.matmul(product, each)
    return product


def diagonal(A: torch.Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> torch.Tensor:
    return torch.diagonal(A, offset, dim1, dim2)


FUNCTIONS = {each.__name__: each for each in (diagonal, matmul, matrix_norm, multi_dot, norm, vecdot, vector_norm)}
