"""What is picked from an axis in parts, each scaled and shifted by a number, and put together again, is one pick.

before: Concat(Gather(x, [0]) * 2 + 5, Gather(x, [1]) * 3, axis=1)
after:  Gather(x, [0, 1], axis=1) * [2, 3] + [5, 0], without the Gather where it picks all in their order
"""
from typing import NamedTuple, Optional, Sequence, Tuple

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.fold_affine import constant_operand
from job.onnx_model.steps import Steps


class Pick(NamedTuple):
    source: str
    indices: Tuple[int, ...]
    scale: np.ndarray  # float32, no axes
    shift: np.ndarray


def join_picks(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    shape = view.shape(node.output)
    if node.op != "Concat" or shape is None or len(node.inputs) < 2:
        return None
    axis = node.attributes["axis"] % len(shape)
    picks = [_pick(name, axis, view) for name in node.inputs]
    if None in picks or len({pick.source for pick in picks}) > 1:
        return None
    return _joined(node, picks, axis, view)


def _pick(name: str, axis: int, view: View) -> Optional[Pick]:
    """A Gather along the axis, with at most one Mul and after it one Add of one number."""
    shifted = _step(name, "Add", 0, view)
    scaled = _step(shifted[0], "Mul", 1, view) if shifted is not None else None
    gather = view.sole_maker(scaled[0], "Gather") if scaled is not None else None
    indices = view.constant(gather.inputs[1]) if gather is not None else None
    if indices is None or indices.ndim != 1:
        return None
    shape = view.shape(gather.inputs[0])
    if gather.attributes.get("axis", 0) % len(shape) != axis:
        return None
    return Pick(gather.inputs[0], tuple(int(index) % shape[axis] for index in indices), scaled[1], shifted[1])


def _step(name: str, op: str, neutral: float, view: View) -> Optional[Tuple[str, np.ndarray]]:
    """What the operator is of, and its one number; the tensor itself where it is another's. None of other constants."""
    node = view.sole_maker(name, op)
    if node is None:
        return name, np.array(neutral, np.float32)
    operand = constant_operand(node, view)
    if operand is None or operand[1].size != 1 or operand[1].dtype != np.float32:
        return None
    return None if view.shape(operand[0]) != view.shape(name) else (operand[0], operand[1].reshape(()))


def _joined(node: Node, picks: Sequence[Pick], axis: int, view: View) -> Rewrite:
    source, shape = picks[0].source, view.shape(node.output)
    steps = Steps(node, "joined")
    y = steps.knows(source, view.shape(source))
    indices = [index for pick in picks for index in pick.indices]
    if indices != list(range(view.shape(source)[axis])):
        y = steps.add("Gather", [y, steps.constant(np.array(indices, np.int64))], shape, axis=axis)
    for op, part, neutral in (("Mul", "scale", 1), ("Add", "shift", 0)):
        values = np.array([getattr(pick, part) for pick in picks for _ in pick.indices], np.float32)
        if np.any(values != neutral):
            y = steps.add(op, [y, steps.constant(values.reshape((-1,) + (1,) * (len(shape) - axis - 1)))], shape)
    return steps.ending_in(y)
