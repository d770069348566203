"""Spectra of short times."""
from typing import Any

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, integer, said_with, sizes
from job.onnx_model.transforms import LONGEST, Frames, short_time_transform


@exports("stft")
def short_time(g: Any, x: Any, size: Any, step: Any, width: Any, window: Any, normalized: Any, onesided: Any) -> Any:
    """x [N, L] or [L] -> [N, bins, frames, 2]; a window that is narrower than what is transformed stands in the middle."""
    length, shape = integer(size), sizes(x)
    wide = length if width.node().mustBeNone() else integer(width)
    if length > LONGEST or wide != length and window.node().mustBeNone():
        return None
    op, window = said_with(g), None if window.node().mustBeNone() else window
    if wide != length:
        before = (length - wide) // 2
        window = op("Pad", window, mode="constant", value=0.0, pads=(before, length - wide - before))
    frames = Frames(shape[-1], length, length // 4 if step.node().mustBeNone() else integer(step),
                    length // 2 + 1 if integer(onesided) else length)
    made = op("Transpose", short_time_transform(op, x, window, frames), perm=(0, 2, 3, 1))
    if integer(normalized):
        made = op("Mul", made, constant(g, length ** -0.5))
    return made if len(shape) == 2 else op("Squeeze", made, axes=(0,))
