"""A linear layer whose output is taken apart into parts of its own is a linear layer for each part.

before: x [N,L,I] -> MatMul(w [I,3*H*C]) -> Add(b) -> Reshape([N,L,3,H,C]) -> Transpose(2,0,3,1,4) -> Gather(axis=0, 1)
after:  x -> MatMul(its columns of w) -> Add(its numbers of b) -> Reshape([N,L,H,C]) -> Transpose(0,2,1,3)

So with a Split into ones in place of the Gathers. Only where no number is read by two of them.
"""
from typing import List, NamedTuple, Optional, Tuple

import numpy as np

from job.onnx_model.axes_of_one import axis_in
from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.linear_layers import LinearLayer, linear_layer
from job.onnx_model.passes.remove_identities import remove_identities
from job.onnx_model.steps import Steps
from job.values import Shape


class _TakenApart(NamedTuple):
    """A linear layer, and what comes between it and what takes its output apart."""

    layer: LinearLayer
    shape: Shape           # that its output is reshaped to
    perm: Tuple[int, ...]  # by which that is transposed
    axis: int              # of `shape`, whose elements are the parts


def linear_by_parts(graph: Graph) -> Graph:
    return remove_identities(rewritten(graph, _rule))


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    numbers = _taken(node, view)
    found = _taken_apart(node, view) if numbers is not None and _no_number_is_read_twice(node.inputs[0], view) else None
    if found is None:
        return None
    steps = Steps(node, "part")
    return steps.giving({name: _part(steps, found, number, view.shape(name), view)
                         for name, number in zip(node.outputs, numbers)})


def _taken(node: Node, view: View) -> Optional[List[int]]:
    """Which element of the axis each output is; None of a node that does not take single ones."""
    shape = view.shape(node.inputs[0]) if node.op in ("Gather", "Split") else None
    if shape is None or any(view.shape(name) is None for name in node.outputs):
        return None
    size = shape[_axis(node, view)]
    if node.op == "Split":
        return list(range(size)) if len(node.outputs) == size else None
    index = view.constant(node.inputs[1])
    return [int(index) % size] if index is not None and index.size == 1 and index.ndim < 2 else None


def _axis(node: Node, view: View) -> int:
    return node.attributes.get("axis", 0) % len(view.shape(node.inputs[0]))


def _no_number_is_read_twice(name: str, view: View) -> bool:
    users = view.users(name)
    taken = [_taken(user, view) for user in users]
    if name in view.graph.outputs or None in taken or len({_axis(user, view) for user in users}) > 1:
        return False
    numbers = sum(taken, [])
    return len(numbers) == len(set(numbers))


def _taken_apart(node: Node, view: View) -> Optional[_TakenApart]:
    name, axis = node.inputs[0], _axis(node, view)
    squeezed = view.maker(name)
    if squeezed is not None and squeezed.op == "Reshape" and view.sole_maker(squeezed.inputs[0], "Transpose"):
        axis = axis_in(view.shape(squeezed.inputs[0]), view.shape(name), axis)
        name = squeezed.inputs[0]
    perm = tuple(range(len(view.shape(name))))
    transpose = view.maker(name)
    if transpose is not None and transpose.op == "Transpose" and view.sole_maker(transpose.inputs[0], "Reshape"):
        perm, name = tuple(transpose.attributes.get("perm", perm[::-1])), transpose.inputs[0]
    layer = linear_layer(_before_reshapes(name, view), view)
    if layer is None or axis is None:
        return None
    found = _TakenApart(layer, view.shape(name), perm, perm[axis])
    return found if found.axis > 0 and np.prod(found.shape[found.axis:]) == layer.weight.shape[1] else None


def _before_reshapes(name: str, view: View) -> str:
    reshape = view.maker(name)
    while reshape is not None and reshape.op == "Reshape":
        name = reshape.inputs[0]
        reshape = view.sole_maker(name, "Reshape")
    return name


def _part(steps: Steps, found: _TakenApart, number: int, after: Shape, view: View) -> str:
    """One element of the axis, which is left out on the way."""
    axis, size = found.axis, found.layer.weight.shape[1] // found.shape[found.axis]
    y = found.layer.columns(slice(number * size, (number + 1) * size)).laid(steps, view)
    y = steps.reshape(y, found.shape[:axis] + found.shape[axis + 1:])
    perm = tuple(place - (place > axis) for place in found.perm if place != axis)
    return steps.reshape(y if perm == tuple(range(len(perm))) else steps.transpose(y, perm), after)
