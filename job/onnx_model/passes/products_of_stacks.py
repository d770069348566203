"""Products of vectors, and of stacks of different sizes, become those of matrices and of equal stacks.

before: w [4,5], x [2,5,3] -> MatMul -> y [2,4,3]
after:  Transpose(x) [2,3,5] -> MatMul(Transpose(w) [5,4]) -> Transpose -> y [2,4,3]
"""
from typing import Optional

import numpy as np

from job.axes import across
from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.fold_constants import fold_constants
from job.onnx_model.passes.operands_in_pairs import broadcast_shape
from job.onnx_model.steps import Steps
from job.values import Shape, elements


def products_of_stacks(graph: Graph) -> Graph:
    """What is made of constants is known again."""
    after = rewritten(graph, _rule)
    return graph if after is graph else fold_constants(after)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    shapes = [view.shape(name) for name in node.inputs + node.outputs]
    if node.op != "MatMul" or None in shapes:
        return None
    left, right, made = shapes
    if min(len(left), len(right)) >= 2 and (len(right) == 2 or left[:-2] == right[:-2]) and not (
            _is_one(node, view) or _is_constant_first(node, view)):
        return None
    steps = Steps(node, "product")
    x, y = (steps.knows(name, shape) for name, shape in zip(node.inputs, shapes))
    if len(left) == len(right) == 1:
        return steps.ending_in(steps.add("ReduceSum", [steps.add("Mul", [x, y], left)], (), axes=(0,), keepdims=0))
    x, y = steps.reshape(x, (1,) * (len(left) == 1) + left), steps.reshape(y, right + (1,) * (len(right) == 1))
    x, y = (_matrix_of_one(steps, name, other, view) for name, other in ((x, y), (y, x)))
    return steps.ending_in(steps.reshape(_product(steps, x, y, _is_constant_first(node, view)), made))


def _is_one(node: Node, view: View) -> bool:
    """Whether a constant is a stack of one."""
    known = [view.constant(name) for name in node.inputs]
    return any(each is not None and each.ndim > 2 and elements(each.shape[:-2]) == 1 for each in known)


def _is_constant_first(node: Node, view: View) -> bool:
    """Whether the first is a constant stack, and the other none."""
    first, second = (view.constant(name) for name in node.inputs)
    return first is not None and first.ndim > 2 and second is None


def _matrix_of_one(steps: Steps, name: str, other: str, view: View) -> str:
    """A stack of one is a matrix, unless it may be the one member of a batch, which the other has too."""
    shape = steps.shape(name)
    is_batch = view.constant(name) is None and len(shape) == len(steps.shape(other)) and shape[0] == steps.shape(other)[0]
    return name if is_batch or elements(shape[:-2]) > 1 else steps.reshape(name, shape[-2:])


def _product(steps: Steps, x: str, y: str, turned: bool) -> str:
    """A matrix stands on the right of a stack, where a constant is a layer's weights; and so, `turned`, does the first."""
    left, right = steps.shape(x), steps.shape(y)
    if len(left) == 2 < len(right) or turned:
        return _transposed(steps, _product(steps, _transposed(steps, y), _transposed(steps, x), False))
    if len(right) > 2:
        stacks = broadcast_shape(left[:-2], right[:-2])
        x, y = (_repeated(steps, name, stacks + steps.shape(name)[-2:]) for name in (x, y))
    return _multiplied(steps, x, y)


def _multiplied(steps: Steps, x: str, y: str) -> str:
    return steps.add("MatMul", [x, y], steps.shape(x)[:-1] + steps.shape(y)[-1:])


def _transposed(steps: Steps, name: str) -> str:
    return steps.transpose(name, across(len(steps.shape(name))))


def _repeated(steps: Steps, name: str, shape: Shape) -> str:
    if steps.shape(name) == shape:
        return name
    longer = steps.reshape(name, (1,) * (len(shape) - len(steps.shape(name))) + steps.shape(name))
    return steps.add("Expand", [longer, steps.constant(np.array(shape, np.int64))], shape)
