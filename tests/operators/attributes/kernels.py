"""Weights that several rows share."""
from tests.passes.small_graphs import drawn

KERNEL = drawn(w=(4, 6, 3, 2), b=(4,))
DEPTHWISE = drawn(w=(12, 1, 3, 3), b=(12,))
GROUPED = drawn(w=(4, 3, 3, 2), b=(4,))
UP = drawn(w=(6, 4, 3, 2), b=(4,))
