"""The largest and smallest in their order, all said with TopK."""
from typing import Any, Tuple

import torch

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import axis_of, integer, sizes


def _first(g: Any, x: Any, count: int, axis: int, largest: bool) -> Tuple[Any, Any]:
    """The smallest are the largest of -x."""
    values, places = g.op("TopK", x if largest else g.op("Neg", x), k_i=count, axis_i=axis, outputs=2)
    return (values if largest else g.op("Neg", values)), places


@exports("topk")
def top_k(g: Any, x: Any, k: Any, dim: Any, largest: Any, ordered: Any) -> Tuple[Any, Any]:
    return _first(g, x, integer(k), axis_of(x, dim), bool(integer(largest)))


@exports("sort")
def sort(g: Any, x: Any, dim: Any, descending: Any) -> Tuple[Any, Any]:
    axis = axis_of(x, dim)
    return _first(g, x, sizes(x)[axis], axis, bool(integer(descending)))


@exports("argsort")
def places_in_order(g: Any, x: Any, dim: Any, descending: Any) -> Any:
    return sort(g, x, dim, descending)[1]


@exports("kthvalue")
def kth_value(g: Any, x: Any, k: Any, dim: Any, keepdim: Any) -> Tuple[Any, Any]:
    return _nth_smallest(g, x, integer(k), axis_of(x, dim), bool(integer(keepdim)))


@exports("median")
def median(g: Any, x: Any, dim: Any, keepdim: Any) -> Tuple[Any, Any]:
    """Of an even number PyTorch takes the lower one."""
    axis = axis_of(x, dim)
    return _nth_smallest(g, x, (sizes(x)[axis] + 1) // 2, axis, bool(integer(keepdim)))


def _nth_smallest(g: Any, x: Any, n: int, axis: int, keepdim: bool) -> Tuple[Any, Any]:
    last = torch.tensor([n - 1] if keepdim else n - 1)
    return tuple(g.op("Gather", each, g.op("Constant", value_t=last), axis_i=axis)
                 for each in _first(g, x, n, axis, False))
