"""Adaptive pools of any size, and pools of any dilation."""
from typing import Any, List, Sequence, Tuple

import numpy as np
import torch
from torch.onnx.symbolic import parse_args

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, gather, integer, integers, sizes


def _adaptive_pool(op: str, spatial_rank: int):
    """Any output size: windows that differ in length are made equal by repeating their elements.

    A mean over each element k times is the mean over each once, so repeating every window's elements up to
    a common length changes nothing; nor does it change a maximum.
    """
    @parse_args("v", "is")
    def pool(g: Any, x: Any, output_size: List[int]) -> Any:
        before = sizes(x)[2:]
        after = list(output_size) * (spatial_rank if len(output_size) == 1 else 1)
        if op == "AveragePool" and set(after) == {1}:
            return g.op("GlobalAveragePool", x)
        kernel = []  # type: List[int]
        for axis in range(spatial_rank):
            length = before[axis] // after[axis]
            if before[axis] % after[axis]:
                indices, length = _equal_windows(before[axis], after[axis])
                x = gather(g, x, indices, axis + 2)
            kernel.append(length)
        return g.op(op, x, kernel_shape_i=kernel, strides_i=kernel, pads_i=[0] * 2 * spatial_rank)
    return pool


def _equal_windows(before: int, after: int) -> Tuple[List[int], int]:
    """Indices that lay out PyTorch's adaptive windows one after another, all of one length."""
    windows = [range(i * before // after, -(-(i + 1) * before // after)) for i in range(after)]
    length = int(np.lcm.reduce([len(window) for window in windows]))
    indices = [element for window in windows for element in window for _ in range(length // len(window))]
    return indices, length


@exports("get_pool_ceil_padding")
def ceil_padding(x: Any, kernel: Sequence[int], strides: Sequence[int], padding: Sequence[int]) -> List[int]:
    """What ceil_mode adds to the padding at the end; the exporter's own is one too many, or negative."""
    return [_ceil_padding(*axis) for axis in zip(sizes(x)[-len(padding):], kernel, strides, padding)]


def _ceil_padding(size: int, kernel: int, stride: int, padding: int) -> int:
    """Where there is padding, PyTorch 1.1 leaves out a last window that starts beyond the map; else it keeps it."""
    last = -(-(size + 2 * padding - kernel) // stride) * stride
    if padding and last >= size + padding:
        last -= stride
    return max(last + kernel - size - 2 * padding, 0)


def _without_indices(pool: Any):
    """Pools that return indices too: an index that is used is refused by its absence."""
    return lambda g, *args: (pool(g, *args), None)


def _max_pool(spatial_rank: int, outputs: int):
    """Of any dilation. Indices are those of ONNX, which count through the whole tensor: none but MaxUnpool takes them."""
    def pool(g: Any, x: Any, *args: Any) -> Any:
        kernel, strides, padding, dilations = (_each_axis(value, spatial_rank) for value in args[:4])
        reach = [(taps - 1) * dilation + 1 for taps, dilation in zip(kernel, dilations)]
        more = ceil_padding(x, reach, strides or kernel, padding) if integer(args[4]) else [0] * spatial_rank
        pads = padding + [begin + end for begin, end in zip(padding, more)]
        spread = {} if set(dilations) == {1} else {"dilations_i": dilations}
        return g.op("MaxPool", x, outputs=outputs, kernel_shape_i=kernel, strides_i=strides or kernel, pads_i=pads, **spread)
    return pool


@exports("max_unpool2d")
def max_unpool(g: Any, x: Any, indices: Any, size: Any) -> Any:
    return g.op("MaxUnpool", x, indices, constant(g, sizes(x)[:2] + integers(size), torch.int64))


def _each_axis(value: Any, spatial_rank: int) -> List[int]:
    given = integers(value)
    return given * spatial_rank if len(given) == 1 else given


for _rank in (1, 2, 3):
    exports("max_pool{}d".format(_rank))(_max_pool(_rank, outputs=1))
    exports("max_pool{}d_with_indices".format(_rank))(_max_pool(_rank, outputs=2))
    exports("adaptive_avg_pool{}d".format(_rank))(_adaptive_pool("AveragePool", _rank))
    exports("adaptive_max_pool{}d".format(_rank))(_without_indices(_adaptive_pool("MaxPool", _rank)))
