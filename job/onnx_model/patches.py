"""Windows of a map, laid side by side and put together again: convolutions whose kernels pick one element each."""
from typing import Any, NamedTuple, Sequence

import numpy as np

from job.onnx_model.graph import Op
from job.values import Shape, elements


class Windows(NamedTuple):
    """A number for each axis of the map, as a convolution has them."""

    kernel: Shape
    strides: Shape
    dilations: Shape
    begins: Shape
    ends: Shape

    def counts(self, size: Shape) -> Shape:
        """How many there are along each axis."""
        return tuple(room // step + 1 for room, step in zip(self.room(size), self.strides))

    def room(self, size: Shape) -> Shape:
        """How far the first window can move."""
        axes = zip(size, self.begins, self.ends, self.kernel, self.dilations)
        return tuple(length + begin + end - ((taps - 1) * spread + 1) for length, begin, end, taps, spread in axes)


def picking(channels: int, kernel: Sequence[int]) -> np.ndarray:
    """[C * K, 1, *kernel]: for each channel one kernel for each element of the window."""
    count = elements(tuple(kernel))
    return np.tile(np.eye(count, dtype=np.float32).reshape((count, 1) + tuple(kernel)),
                   (channels, 1) + (1,) * len(tuple(kernel)))


def put_together(op: Op, x: Any, shape: Shape, size: Shape, windows: Windows) -> Any:
    """x [N, C * K, L] of that shape -> [N, C, *size]; what overlaps is added."""
    channels = shape[1] // elements(windows.kernel)
    laid = op("Reshape", x, np.array(shape[:2] + windows.counts(size), np.int64))
    rest = tuple(room % step for room, step in zip(windows.room(size), windows.strides))
    return op("ConvTranspose", laid, picking(channels, windows.kernel), kernel_shape=windows.kernel, group=channels,
              strides=windows.strides, pads=windows.begins + windows.ends, dilations=windows.dilations, output_padding=rest)
