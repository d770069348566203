"""Means of many numbers: float32 kernels add one after the other, and of many alike each is rounded alike.

Of a plain area of 112 x 112 the mean is wrong by 2e-4, of 512 x 512 by 3e-3, in TensorFlow and TensorFlow Lite of any version.
Rows first, then their means: by 3e-6 and 1e-5, in the same time.

A norm goes axis by axis sooner: it divides by its variance, so that an error counts for more. Other means stay one operator
up to a map of 32 x 32. int8 has a kernel for both axes of a map together alone, and takes them so again.
"""
from typing import Sequence, Tuple

import numpy as np

AT_ONCE = 512        # numbers, of a norm
MEAN_AT_ONCE = 1024  # of other means


def in_turn(axes: Sequence[int], lengths: Sequence[int], at_once: int = AT_ONCE) -> Sequence[Tuple[int, ...]]:
    """The axes to take the mean over, one after the other where their lengths make too many numbers at once."""
    return [tuple(axes)] if np.prod(lengths) <= at_once else [(axis,) for axis in reversed(axes)]
