"""Arithmetic of indices is done in float32, which knows small whole numbers exactly: TensorFlow Lite 1.14 has none of int64.

before: ids (int64), offsets -> Add -> Gather
after:  ids -> Cast(float32), with offsets -> Add -> Cast(int64) -> Gather
"""
from typing import Optional

import numpy as np
from onnx import TensorProto

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.steps import Steps
from job.onnx_model.whole_numbers import MOVED, bounds_of

_COUNTED = {"Add": ("int64",), "Sub": ("int64",), "Mul": ("int64",), "Div": ("int64",), "MatMul": ("int64", "int32"),
            # which take fractions alone in the canonical opset, whatever runs it
            "Abs": ("int64", "int32"), "Clip": ("int64", "int32"), "Max": ("int64", "int32"), "Min": ("int64", "int32"),
            "Where": ("int64",)}
_EXACT = 1 << 23      # up to here, so is a sum of two
_DIVISIBLE = 1 << 22  # up to here, a number and a half divided is nearer to its own whole quotient than to another


def indices_as_fractions(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op == "Floor" and view.dtype(node.output) == "int64":
        return Rewrite((node._replace(op="Identity"),))
    dtype = view.dtype(node.output)
    if dtype not in _COUNTED.get(node.op, ()) or not _is_small(node, view) or _is_plain_choice(node, view):
        return None
    steps, shape = Steps(node, "fraction"), view.shape(node.output)
    conditions = node.inputs[:node.op == "Where"]
    fractions = list(conditions) + [_fraction(steps, name, view) for name in node.inputs[len(conditions):]]
    if node.op == "Div":
        left, right = fractions
        half = steps.add("Add", [left, steps.constant(np.array(0.5, np.float32))], steps.shape(left))
        result = steps.add("Floor", [steps.add("Div", [half, right], shape)], shape)
    else:
        result = steps.add(node.op, fractions, shape, **node.attributes)
    return steps.ending_in(steps.add("Cast", [result], shape, to=getattr(TensorProto, dtype.upper())))


def _is_plain_choice(node: Node, view: View) -> bool:
    """One that does not broadcast, which TensorFlow Lite makes of whole numbers too."""
    return node.op == "Where" and len({view.shape(name) for name in node.inputs}) == 1


def _fraction(steps: Steps, name: str, view: View) -> str:
    value = view.constant(name)
    if value is not None:
        return steps.knows(steps.constant(value.astype(np.float32)), value.shape)
    return steps.add("Cast", [name], view.shape(name), to=TensorProto.FLOAT)


def _is_small(node: Node, view: View) -> bool:
    limited = node.op == "Clip"  # what is cut off may be of any size
    bounds = [bounds_of(name, view) for name in (() if limited else node.inputs) + node.outputs]
    if node.op == "Div":
        return None not in bounds and bounds[0][0] >= 0 and bounds[1][0] > 0 and bounds[0][1] < _DIVISIBLE
    if None not in bounds:
        return all(-_EXACT < low and high < _EXACT for low, high in bounds)
    known = [each for each in bounds if each is not None]
    return node.op in ("Add", "Sub") and len(known) == 1 and -_EXACT < known[0][0] and known[0][1] < _EXACT \
        and _only_picks(node.output, view)


def _only_picks(name: str, view: View) -> bool:
    """Whether it is the index of small tables and nothing else: then it lies within them, whatever it was made of."""
    users = view.users(name)
    return bool(users) and name not in view.graph.outputs and all(
        user.inputs[0] != name and (view.shape(user.inputs[0]) or (_EXACT,))[user.attributes.get("axis", 0)] < _EXACT
        if user.op == "Gather" else user.op in MOVED and _only_picks(user.output, view) for user in users)
