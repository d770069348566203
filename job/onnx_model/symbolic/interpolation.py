"""Linear and cubic interpolation: each axis is the weighted sum of picks from it.

ONNX's own Resize aligns otherwise. Places and weights are computed in float32, as PyTorch does.
"""
from typing import Any, Callable, List

import numpy as np

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import gather, integer, integers, said_with, sizes
from job.onnx_model.taps import Taps, cubic_taps, linear_taps, weighted_sum

_HALF = np.float32(0.5)


@exports("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d")
def linear(g: Any, x: Any, output_size: Any, align_corners: Any) -> Any:
    return _along_each_axis(g, x, integers(output_size), bool(integer(align_corners)), linear_taps)


@exports("upsample_bicubic2d")
def cubic(g: Any, x: Any, output_size: Any, align_corners: Any) -> Any:
    """To the same size PyTorch 1.1 answers the first of the batch for all: that is not said here."""
    if sizes(x)[2:] == integers(output_size) and sizes(x)[0] > 1:
        return None
    return _along_each_axis(g, x, integers(output_size), bool(integer(align_corners)), cubic_taps)


def _along_each_axis(g: Any, x: Any, after: List[int], align_corners: bool, taps_of: Callable[..., Taps]) -> Any:
    before = sizes(x)[2:]
    for axis, (small, large) in enumerate(zip(before, after)):
        if small == 1 and large > 1:  # between a pixel and itself: only picked
            x = gather(g, x, [0] * large, axis + 2)
        elif small != large:
            taps = taps_of(small, _places(small, large, align_corners))
            x = weighted_sum(said_with(g), x, taps, axis + 2, len(before) + 2)
    return x


def _places(small: int, large: int, align_corners: bool) -> np.ndarray:
    """Where in the axis each pixel that comes out lies; a single one lies at its begin."""
    steps = np.arange(large, dtype=np.float32)
    lengths = (small - 1, large - 1) if align_corners else (small, large)
    scale = np.float32(lengths[0]) / np.float32(lengths[1]) if large > 1 else np.float32(0)
    return steps * scale if align_corners else (steps + _HALF) * scale - _HALF
