"""Fourier transforms, which are products with sines and cosines, and windows put together again."""
import numpy as np

from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Node, Rewrite, View
from job.onnx_model.opsets.newer.attributes import constant_input, integers_input, refused
from job.onnx_model.opsets.newer.registry import newer
from job.onnx_model.patches import Windows, put_together
from job.onnx_model.transforms import LONGEST, Frames, short_time_transform, waves
from job.values import Shape, elements


@newer(17, "STFT")
def short_time(node: Node, view: View) -> Rewrite:
    """signal [N, L] or [N, L, 1] -> [N, frames, bins, 2]"""
    shape, parts = view.shape(node.inputs[0]), Parts(node, view)
    step, window = integers_input(node, view, 1, "frame_step"), constant_input(node, view, 2, "window")
    length = (integers_input(node, view, 3, "frame_length") or (window.size,))[0]
    if len(shape) == 3 and shape[2] != 1:
        raise refused(node, "of complex numbers")
    if length > shape[1]:
        raise refused(node, "of windows longer than the signal")
    bins = _bins(node, length, node.attributes.get("onesided", 1))
    made = short_time_transform(parts.op, node.inputs[0], window, Frames(shape[1], length, step[0], bins))
    return parts.ending(parts.op("Transpose", made, perm=(0, 3, 2, 1)))


@newer(17, "DFT")
def fourier(node: Node, view: View) -> Rewrite:
    """x [..., N, ..., 1 or 2] -> [..., M, ..., 1 or 2]: a product along the axis and the parts of its numbers together."""
    shape, parts, axis = view.shape(node.inputs[0]), Parts(node, view), _axis(node, view)
    matrix = _half_inverted(node, view, shape[axis]) if _is_half(node, shape) else _transformed(node, view, shape[axis])
    matrix = _as_long(matrix, shape[axis])[:, :shape[-1]].astype(np.float32)
    order = [each for each in range(len(shape) - 1) if each != axis] + [axis, len(shape) - 1]
    beside = tuple(shape[each] for each in order[:-2])
    rows = parts.op("Reshape", parts.op("Transpose", node.inputs[0], perm=tuple(order)),
                    np.array(beside + (-1,), np.int64))
    y = parts.op("MatMul", rows, matrix.reshape(shape[axis] * shape[-1], -1))
    y = parts.op("Reshape", y, np.array(beside + matrix.shape[2:], np.int64))
    return parts.ending(parts.op("Transpose", y, perm=tuple(np.argsort(order).tolist())))


def _is_half(node: Node, shape: Shape) -> bool:
    """Whether it makes real numbers of the first half of what they become."""
    inverse, onesided = (node.attributes.get(name, 0) for name in ("inverse", "onesided"))
    if onesided and bool(inverse) != (shape[-1] == 2):
        raise refused(node, "attribute onesided=1 of {} numbers".format("real" if inverse else "complex"))
    return bool(inverse and onesided)


def _transformed(node: Node, view: View, count: int) -> np.ndarray:
    """[N, 2, M, 2]: of each part of each number, what it adds to each part of each that comes out."""
    size = (integers_input(node, view, 1, "dft_length") or (count,))[0]
    cosines, sines = waves(size, _bins(node, size, node.attributes.get("onesided", 0)))  # [M, N]: the sines are negative
    if node.attributes.get("inverse", 0):
        cosines, sines = cosines / size, -sines / size
    return np.array([[cosines, sines], [-sines, cosines]]).transpose(3, 0, 2, 1)


def _half_inverted(node: Node, view: View, count: int) -> np.ndarray:
    """[bins, 2, N, 1]: all but the first bin, and the last of an even number, stand for their mirror images too."""
    size = (integers_input(node, view, 1, "dft_length") or (2 * (count - 1),))[0]
    times = np.full(_bins(node, size, 1), 2.0)
    times[:: size // 2 if size % 2 == 0 else size] = 1
    return (waves(size, len(times)) * (times / size)[:, None]).transpose(1, 0, 2)[..., None]


def _as_long(matrix: np.ndarray, count: int) -> np.ndarray:
    """Of more numbers than are transformed the last count for nothing; where there are fewer, zeros follow them."""
    missing = max(count - len(matrix), 0)
    return np.pad(matrix[:count], [(0, missing)] + [(0, 0)] * 3, "constant")


@newer(18, "Col2Im")
def from_windows(node: Node, view: View) -> Rewrite:
    size, kernel = (integers_input(node, view, place, name) for place, name in ((1, "image_shape"), (2, "block_shape")))
    ones, zeros = (1,) * len(size), (0,) * 2 * len(size)
    pads = tuple(node.attributes.get("pads", zeros))
    windows = Windows(kernel, tuple(node.attributes.get("strides", ones)), tuple(node.attributes.get("dilations", ones)),
                      pads[:len(size)], pads[len(size):])
    shape, parts = view.shape(node.inputs[0]), Parts(node, view)
    if len(size) > 3 or shape[1] % elements(kernel) or elements(windows.counts(size)) != shape[2]:
        raise refused(node, "of {} windows {} in an image of {}".format(shape[2], kernel, size))
    return parts.ending(put_together(parts.op, node.inputs[0], shape, size, windows))


def _axis(node: Node, view: View) -> int:
    """An attribute in opset 17, in 20 an input: the default is the first behind the batch, or the last before the parts."""
    said, rank = integers_input(node, view, 2, "axis"), len(view.shape(node.inputs[0]))
    if said is None and "axis" not in node.attributes and rank != 3:
        raise refused(node, "without an axis, of rank {}".format(rank))
    return (said[0] if said else node.attributes.get("axis", 1)) % rank


def _bins(node: Node, size: int, onesided: int) -> int:
    if not 0 < size <= LONGEST:
        raise refused(node, "of {} numbers, more than {}".format(size, LONGEST))
    return size // 2 + 1 if onesided else size
