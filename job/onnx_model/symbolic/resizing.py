"""Nearest pixels, and pixel shuffle."""
from typing import Any, List

import numpy as np

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, gather, integer, integers, sizes


@exports("upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d")
def nearest(g: Any, x: Any, output_size: Any) -> Any:
    before, after = sizes(x)[2:], integers(output_size)
    if len(before) == 2 and all(large % small == 0 for small, large in zip(before, after)):
        scales = [1.0, 1.0] + [large / small for small, large in zip(before, after)]
        return g.op("Upsample", x, constant(g, scales), mode_s="nearest")
    for axis, (small, large) in enumerate(zip(before, after)):
        x = gather(g, x, _nearest(small, large), axis + 2)
    return x


def _nearest(small: int, large: int) -> List[int]:
    """The pixel each output shows, with the rounding of PyTorch's own float32."""
    scale = np.float32(small) / np.float32(large)
    return [min(int(np.floor(np.float32(i) * scale)), small - 1) for i in range(large)]


@exports("pixel_shuffle")
def pixel_shuffle(g: Any, x: Any, factor: Any) -> Any:
    """PyTorch's channels are (channel, row, column), DepthToSpace's (row, column, channel)."""
    block = integer(factor)
    channels = sizes(x)[1] // block ** 2
    order = [channel * block ** 2 + place for place in range(block ** 2) for channel in range(channels)]
    return g.op("DepthToSpace", gather(g, x, order, 1), blocksize_i=block)
