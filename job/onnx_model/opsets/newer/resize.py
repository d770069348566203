"""Resize since opset 11: an axis is sampled where its `coordinate_transformation_mode` says."""
from typing import Callable, Dict, List, Sequence, Tuple

import numpy as np

from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Node, Rewrite, View
from job.onnx_model.model_file import refuse_huge_tensor
from job.onnx_model.opsets.newer.attributes import constant_input, integers_input, plain, refused
from job.onnx_model.opsets.newer.registry import newer
from job.onnx_model.taps import CUBIC, Taps, cubic_taps, linear_taps, weighted_sum

_HALF = np.float32(0.5)
_PLACES = {  # i: pixels that come out, scale: their number for each that goes in, small and large: how many there are
    "half_pixel": lambda i, scale, small, large: (i + _HALF) / scale - _HALF,
    "pytorch_half_pixel": lambda i, scale, small, large: (i + _HALF) / scale - _HALF if large > 1 else i * 0,
    "align_corners": lambda i, scale, small, large: i * np.float32(small - 1) / np.float32(max(large - 1, 1)),
    "asymmetric": lambda i, scale, small, large: i / scale,
    "tf_half_pixel_for_nn": lambda i, scale, small, large: (i + _HALF) / scale,
}  # type: Dict[str, Callable[[np.ndarray, np.float32, int, int], np.ndarray]]
_NEAREST = {
    "round_prefer_floor": lambda places: np.ceil(places - _HALF),
    "round_prefer_ceil": lambda places: np.floor(places + _HALF),
    "floor": np.floor,
    "ceil": np.ceil,
}  # type: Dict[str, Callable[[np.ndarray], np.ndarray]]


@newer(11, "Resize")
def resize(node: Node, view: View) -> Rewrite:
    """Each axis that changes becomes a weighted sum of picks; whole repeats of a map stay a Resize."""
    node = plain(node, antialias=0, exclude_outside=0, keep_aspect_ratio_policy="stretch")
    shape, scales = view.shape(node.inputs[0]), _scales(node, view)
    refuse_huge_tensor(node.output, [max(large, 1) for _, large in scales])
    parts, x = Parts(node, view), node.inputs[0]
    taps = [_taps(node, size, scale) for size, scale in zip(shape, scales)]
    if _repeats(shape, taps):
        factors = np.array([len(axis[0][0]) // size for size, axis in zip(shape, taps)], np.float32)
        return parts.ending(parts.op("Resize", x, factors, mode="nearest"))
    for axis, (size, each) in enumerate(zip(shape, taps)):
        if len(each) > 1 or not np.array_equal(each[0][0], np.arange(size)):
            x = weighted_sum(parts.op, x, each, axis, len(shape))
    return parts.ending(x)


def _scales(node: Node, view: View) -> List[Tuple[np.float32, int]]:
    """Of each axis the quotient and, computed from it or said, the size that comes out."""
    shape, rank = view.shape(node.inputs[0]), len(view.shape(node.inputs[0]))
    axes = [axis % rank for axis in node.attributes.get("axes", range(rank))]
    sizes, scales = integers_input(node, view, 3, "sizes"), constant_input(node, view, 2, "scales")
    found = [(np.float32(1), size) for size in shape]
    for place, axis in enumerate(axes):
        if sizes:
            found[axis] = np.float32(sizes[place]) / np.float32(shape[axis]), sizes[place]
        else:
            scale = np.float32(scales[place])
            found[axis] = scale, int(np.floor(shape[axis] * scale))
    return found


def _taps(node: Node, small: int, scale: Tuple[np.float32, int]) -> Taps:
    """One tap of weight one where pixels are only picked."""
    factor, large = scale
    if small == large:
        return [(np.arange(small), np.ones(small, np.float32))]
    how, mode = node.attributes.get("coordinate_transformation_mode", "half_pixel"), node.attributes.get("mode", "nearest")
    if how not in _PLACES:
        raise refused(node, "attribute coordinate_transformation_mode={}".format(how))
    places = _PLACES[how](np.arange(large, dtype=np.float32), factor, small, large)
    if mode == "linear":
        return linear_taps(small, np.minimum(places, np.float32(small - 1)))
    if mode == "cubic":
        return cubic_taps(small, places, node.attributes.get("cubic_coeff_a", CUBIC))
    rounded = _NEAREST[node.attributes.get("nearest_mode", "round_prefer_floor")](places)
    return [(np.clip(rounded, 0, small - 1).astype(np.int64), np.ones(large, np.float32))]


def _repeats(shape: Sequence[int], taps: Sequence[Taps]) -> bool:
    """Whether each pixel of a map is shown so many times, side by side."""
    def repeated(size: int, picks: np.ndarray) -> bool:
        return len(picks) % size == 0 and np.array_equal(picks, np.arange(size).repeat(len(picks) // size))
    return len(shape) == 4 and all(len(axis) == 1 and repeated(size, axis[0][0]) and (place > 1 or len(axis[0][0]) == size)
                                   for place, (size, axis) in enumerate(zip(shape, taps)))
