"""What torch 1.1's exporter cannot say although ONNX can, said for the length of an export."""
import contextlib
from typing import Iterator, List, Tuple

import numpy as np
import torch
from torch.onnx import symbolic
from torch.onnx.symbolic import parse_args


@contextlib.contextmanager
def gaps_filled() -> Iterator[None]:
    """The exporter looks its symbolics up by attribute, so they are swapped there and put back."""
    before = {name: getattr(symbolic, name, None) for name in _SYMBOLICS}
    for name, function in _SYMBOLICS.items():
        setattr(symbolic, name, function)
    try:
        yield
    finally:
        for name, function in before.items():
            if function is None:
                delattr(symbolic, name)
            else:
                setattr(symbolic, name, function)


def _reduction(op: str):
    def reduce(g, x, dim=None, keepdim=None, dtype=None):
        if dim is None or keepdim is None:
            return g.op(op, x, keepdims_i=0)
        axes = symbolic._parse_arg(dim, "is")
        rank = x.type().dim()
        return g.op(op, x, axes_i=[axis % rank for axis in axes] or list(range(rank)),
                    keepdims_i=symbolic._parse_arg(keepdim, "i"))
    return reduce


def _adaptive_pool(op: str, spatial_rank: int):
    """Any output size: windows that differ in length are made equal by repeating their elements.

    A mean over a window of 2 is the mean over each element twice and so on, so repeating every
    window's elements up to a common length changes nothing; a maximum may repeat any of them.
    """
    @parse_args("v", "is")
    def pool(g, x, output_size):
        sizes = list(output_size) * (spatial_rank if len(output_size) == 1 else 1)
        inputs = x.type().sizes()[2:]
        if op == "AveragePool" and set(sizes) == {1}:
            return g.op("GlobalAveragePool", x)
        kernel = []  # type: List[int]
        for axis, (before, after) in enumerate(zip(inputs, sizes)):
            if before % after == 0:
                kernel.append(before // after)
                continue
            indices, length = _equal_windows(before, after)
            x = g.op("Gather", x, g.op("Constant", value_t=torch.tensor(indices)), axis_i=axis + 2)
            kernel.append(length)
        return g.op(op, x, kernel_shape_i=kernel, strides_i=kernel, pads_i=[0] * 2 * spatial_rank)
    return pool


def _equal_windows(before: int, after: int) -> Tuple[List[int], int]:
    """Indices that lay out PyTorch's adaptive windows one after another, all of one length."""
    windows = [range(i * before // after, -(-(i + 1) * before // after)) for i in range(after)]
    length = int(np.lcm.reduce([len(window) for window in windows]))
    return [element for window in windows for element in window for _ in range(length // len(window))], length


def _with_absent_indices(pool):
    """The pools with indices export their values; an index that is used is refused by its absence."""
    return lambda g, *args: (pool(g, *args), None)


_SYMBOLICS = {
    "mean": _reduction("ReduceMean"),
    "sum": _reduction("ReduceSum"),
}
_SYMBOLICS.update({"adaptive_avg_pool{}d".format(rank): _adaptive_pool("AveragePool", rank) for rank in (1, 2, 3)})
_SYMBOLICS.update({"adaptive_max_pool{}d".format(rank): _with_absent_indices(_adaptive_pool("MaxPool", rank))
                   for rank in (1, 2, 3)})
