"""Fourier transforms as products with sines and cosines, of short times as convolutions."""
from typing import Any, NamedTuple, Optional

import numpy as np

from job.onnx_model.graph import Op

LONGEST = 1 << 12  # numbers that are transformed: the matrix takes the square of that


class Frames(NamedTuple):
    """How a signal is cut, and what is made of each piece."""

    samples: int
    length: int
    step: int
    bins: int

    def count(self) -> int:
        return (self.samples - self.length) // self.step + 1


def waves(size: int, bins: int) -> np.ndarray:
    """[2, bins, size]: exp(-2 pi i k n / size), its real and its imaginary part."""
    turns = np.outer(np.arange(bins), np.arange(size)) % size * (2 * np.pi / size)
    return np.array([np.cos(turns), -np.sin(turns)])


def short_time_transform(op: Op, signal: Any, window: Optional[Any], frames: Frames) -> Any:
    """signal [N, L] or of axes of one more, window [length] -> [N, 2, bins, frames]: a kernel for each part of each bin."""
    kernels = waves(frames.length, frames.bins).reshape(2 * frames.bins, 1, -1).astype(np.float32)
    if window is not None:
        kernels = op("Mul", kernels, window)
    row = op("Reshape", signal, np.array((-1, 1, frames.samples), np.int64))
    made = op("Conv", row, kernels, strides=(frames.step,), kernel_shape=(frames.length,))
    return op("Reshape", made, np.array((-1, 2, frames.bins, frames.count()), np.int64))
