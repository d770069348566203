"""Axis orders: the one place where PyTorch's, TensorFlow's and the kernels' are written down; how many axes there may be.

An order is a permutation: axis i of the reordered tensor is axis order[i] of PyTorch's, as in
``x_reordered = x.transpose(order)``.
"""
from typing import Sequence, Tuple

from job.values import Shape

Order = Tuple[int, ...]

MOST_AXES = 4  # that TensorFlow Lite 1.14 transposes, broadcasts, cuts or pads

CONV_KERNEL_HWIO = (2, 3, 1, 0)       # from PyTorch's (O, I, H, W)
DEPTHWISE_KERNEL_HWIM = (2, 3, 0, 1)  # from PyTorch's (I, M, H, W), once O is split into I and M
CONV_TRANSPOSE_KERNEL_HWOI = (2, 3, 1, 0)  # from PyTorch's (I, O, H, W)
CONV_KERNEL_OHWI = (3, 0, 1, 2)            # TensorFlow Lite's, from TensorFlow's (H, W, I, O)
CONV_TRANSPOSE_KERNEL_OHWI = (2, 0, 1, 3)  # TensorFlow Lite's, from TensorFlow's (H, W, O, I)


def as_pytorch(rank: int) -> Order:
    return tuple(range(rank))


def channels_last(rank: int) -> Order:
    """(N, C, H, W) -> (N, H, W, C), and so on for any rank from 3."""
    return (0,) + tuple(range(2, rank)) + (1,)


def across(rank: int) -> Order:
    """(..., R, C) -> (..., C, R)."""
    return as_pytorch(rank - 2) + (rank - 1, rank - 2)


def published(rank: int) -> Order:
    """How inputs and outputs are laid out in the files: maps of rank 4 channels-last, all else as in PyTorch."""
    return channels_last(rank) if rank == 4 else as_pytorch(rank)


def inverse(order: Sequence[int]) -> Order:
    return tuple(order.index(axis) for axis in range(len(order)))


def transposed_shape(shape: Shape, order: Sequence[int]) -> Shape:
    return tuple(shape[axis] for axis in order)
