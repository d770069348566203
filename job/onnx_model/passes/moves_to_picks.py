"""What only moves or repeats elements, in a way that TensorFlow Lite has no operator for, picks them by number.

before: x [2,3,6,5] -> Pad(mode=edge, pads 1 on the last axis)
after:  x -> Gather([0, 0, 1, 2, 3, 4, 4], axis=3)
"""
from typing import Callable, Dict, List, Optional, Tuple

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.steps import Steps
from job.values import Shape

Picks = List[Tuple[int, np.ndarray]]  # an axis, and which of its elements are picked
MOST = 2 ** 22  # elements that are numbered one by one


def moves_to_picks(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if any(view.shape(name) is None for name in node.inputs[:1] + node.outputs):
        return None
    if node.op in _ALONG_AXES:
        picks = _ALONG_AXES[node.op](node, view)
        return _picked(node, picks, view) if picks else None
    if node.op in _WHOLE:
        return _WHOLE[node.op](node, view)
    return None


def _picked(node: Node, picks: Picks, view: View) -> Rewrite:
    steps = Steps(node, "picked")
    y = steps.knows(node.inputs[0], view.shape(node.inputs[0]))
    for axis, numbers in picks:
        shape = steps.shape(y)[:axis] + (len(numbers),) + steps.shape(y)[axis + 1:]
        y = steps.add("Gather", [y, steps.constant(numbers.astype(np.int64))], shape, axis=axis)
    return steps.ending_in(y)


def _edges(node: Node, view: View) -> Optional[Picks]:
    """The first and the last element again and again; a negative pad cuts off."""
    if node.attributes.get("mode") != "edge":
        return None
    shape, pads = view.shape(node.inputs[0]), node.attributes["pads"]
    ends = zip(range(len(shape)), shape, pads, pads[len(shape):])
    return [(axis, np.clip(np.arange(-begin, size + end), 0, size - 1))
            for axis, size, begin, end in ends if begin or end]


def _nearest(node: Node, view: View) -> Optional[Picks]:
    """ONNX Runtime's rounding: down where an axis grows, up where it shrinks. Whole numbers of times are left alone."""
    before, after = view.shape(node.inputs[0]), view.shape(node.output)
    scales = view.constant(node.inputs[1])
    if scales is None or node.attributes.get("mode", "nearest") != "nearest":
        return None
    whole = len(before) == 4 and before[:2] == after[:2] and not any(new % old for old, new in zip(before, after))
    return None if whole else [(axis, _places(size, after[axis], np.float32(scale)))
                               for axis, (size, scale) in enumerate(zip(before, scales)) if scale != 1]


def _places(size: int, count: int, scale: np.float32) -> np.ndarray:
    places = np.arange(count, dtype=np.float32) / scale
    return np.clip(np.ceil(places) if scale < 1 else np.floor(places), 0, size - 1)


def _reversed_rows(node: Node, view: View) -> Optional[Rewrite]:
    """ReverseSequence by lengths that are constants."""
    lengths, shape = view.constant(node.inputs[1]), view.shape(node.inputs[0])
    if lengths is None or np.prod(shape) > MOST:
        return None
    time, batch = node.attributes.get("time_axis", 0), node.attributes.get("batch_axis", 1)
    numbers = np.moveaxis(np.arange(int(np.prod(shape))).reshape(shape), (batch, time), (0, 1)).copy()
    for row, length in zip(numbers, lengths):
        row[:length] = row[:length][::-1].copy()
    steps = Steps(node, "picked")
    flat = _flattened(steps, node.inputs[0], shape)
    return _one_by_one(steps, flat, np.moveaxis(numbers, (0, 1), (batch, time)), shape)


def _scattered(node: Node, view: View) -> Optional[Rewrite]:
    """Scatter to places that are constants: the elements of the data and of the updates, side by side."""
    data, places, updates = node.inputs
    indices, shape, theirs = view.constant(places), view.shape(data), view.shape(updates)
    if indices is None or theirs is None or np.prod(shape) > MOST:
        return None
    axis, count = node.attributes.get("axis", 0), int(np.prod(shape))
    numbers, found = np.arange(count).reshape(shape), list(np.indices(indices.shape))
    found[axis] = np.where(indices < 0, indices + shape[axis], indices)
    numbers[tuple(found)] = count + np.arange(indices.size).reshape(indices.shape)
    steps = Steps(node, "picked")
    both = [_flattened(steps, name, size) for name, size in ((data, shape), (updates, theirs))]
    joined = steps.add("Concat", both, (count + indices.size,), axis=0)
    return _one_by_one(steps, joined, numbers, shape)


def _dilated_pool(node: Node, view: View) -> Optional[Rewrite]:
    """The windows of a MaxPool laid side by side; padding never wins, so another element of the window stands there."""
    dilations, kernel = node.attributes.get("dilations", ()), node.attributes["kernel_shape"]
    if not dilations or max(dilations) == 1 or len(node.outputs) > 1:
        return None
    before, after, ones = view.shape(node.inputs[0]), view.shape(node.output), (1,) * len(kernel)
    steps = Steps(node, "picked")
    y = steps.knows(node.inputs[0], before)
    for axis, taps, dilation, stride, begin in zip(range(2, len(before)), kernel, dilations, node.attributes.get(
            "strides", ones), node.attributes.get("pads", (0,) * len(kernel))):
        numbers = _windows(before[axis], after[axis], taps, dilation, stride, begin)
        if numbers is None:
            return None
        shape = steps.shape(y)[:axis] + (numbers.size,) + before[axis + 1:]
        y = steps.add("Gather", [y, steps.constant(numbers)], shape, axis=axis)
    return steps.ending_in(steps.add("MaxPool", [y], after, kernel_shape=tuple(kernel), strides=tuple(kernel)))


def _windows(size: int, count: int, taps: int, dilation: int, stride: int, begin: int) -> Optional[np.ndarray]:
    """The elements of each window along an axis, one window after another; None where one holds nothing but padding."""
    places = (np.arange(count) * stride - begin)[:, None] + np.arange(taps) * dilation
    inside = (places >= 0) & (places < size)
    if not inside.any(axis=1).all():
        return None
    first = places[np.arange(count), inside.argmax(axis=1)]
    return np.where(inside, places, first[:, None]).reshape(-1).astype(np.int64)


def _flattened(steps: Steps, name: str, shape: Shape) -> str:
    target = steps.constant(np.array([-1], np.int64))
    return steps.add("Reshape", [steps.knows(name, shape), target], (int(np.prod(shape)),))


def _one_by_one(steps: Steps, flat: str, numbers: np.ndarray, shape: Shape) -> Rewrite:
    picked = steps.add("Gather", [flat, steps.constant(numbers.reshape(-1).astype(np.int64))], (numbers.size,), axis=0)
    return steps.ending_in(steps.add("Reshape", [picked, steps.constant(np.array(shape, np.int64))], shape))


_ALONG_AXES = {"Pad": _edges, "Resize": _nearest}  # type: Dict[str, Callable[[Node, View], Optional[Picks]]]
_WHOLE = {"MaxPool": _dilated_pool, "ReverseSequence": _reversed_rows,
          "Scatter": _scattered}  # type: Dict[str, Callable[[Node, View], Optional[Rewrite]]]
