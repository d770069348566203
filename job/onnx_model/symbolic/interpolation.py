"""Linear and cubic interpolation: each axis is the weighted sum of picks from it.

ONNX's own Resize aligns otherwise. Places and weights are computed in float32, as PyTorch does.
"""
from typing import Any, Callable, List

import numpy as np
import torch

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import gather, integer, integers, sizes
from job.onnx_model.taps import Taps, cubic_taps, linear_taps

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
            x = _weighted_sum(g, x, taps, axis + 2, [large] + [1] * (len(before) - 1 - axis))
    return x


def _weighted_sum(g: Any, x: Any, taps: Taps, axis: int, broadcast: List[int]) -> Any:
    """Taps that weigh nothing are left out, and a weight of one everywhere."""
    terms = []
    for picks, weights in taps:
        if not weights.any():
            continue
        term = gather(g, x, picks.tolist(), axis)
        if (weights != 1).any():
            term = g.op("Mul", term, g.op("Constant", value_t=torch.from_numpy(weights.reshape(broadcast))))
        terms.append(term)
    result = terms[0]
    for term in terms[1:]:
        result = g.op("Add", result, term)
    return result


def _places(small: int, large: int, align_corners: bool) -> np.ndarray:
    """Where in the axis each pixel that comes out lies; a single one lies at its begin."""
    steps = np.arange(large, dtype=np.float32)
    lengths = (small - 1, large - 1) if align_corners else (small, large)
    scale = np.float32(lengths[0]) / np.float32(lengths[1]) if large > 1 else np.float32(0)
    return steps * scale if align_corners else (steps + _HALF) * scale - _HALF
