"""Means that a norm divides by: float32 kernels add one number after the other, and of many alike each is rounded alike.

Of a map of 512 x 512 with plain areas, a norm was wrong by a thousandth. Rows first, then their means: a few hundred numbers
after one another are no matter.
"""
from typing import Sequence, Tuple

import numpy as np

AT_ONCE = 512  # numbers


def in_turn(axes: Sequence[int], lengths: Sequence[int]) -> Sequence[Tuple[int, ...]]:
    """The axes to take the mean over, one after the other where their lengths make too many numbers at once."""
    return [tuple(axes)] if np.prod(lengths) <= AT_ONCE else [(axis,) for axis in reversed(axes)]
