"""Of an If whose condition is known, the branch that it takes is put in its place.

before: x [1,8,6,9], Equal(Gather(Shape(x), 1), 1) -> If(then: Squeeze(x), else: Identity(x)) -> y
after:  Identity(x) -> Identity -> y
"""
from typing import Mapping, Tuple

import numpy as np

from job.errors import UnsupportedModel
from job.onnx_model.graph import Node, renamed

BRANCHES = ("then_branch", "else_branch")  # attributes of an If: graphs whose inputs are what they read from around them


def taken(node: Node, constants: Mapping[str, np.ndarray]) -> Tuple[Tuple[Node, ...], Mapping[str, np.ndarray]]:
    """The branch's nodes, which make the If's outputs, and its constants. UnsupportedModel where nobody knows which."""
    condition = constants.get(node.inputs[0])
    if condition is None or condition.size != 1:
        raise UnsupportedModel(["If whose condition depends on values, at {}".format(node.layer)])
    then, other = (node.attributes[name] for name in BRANCHES)
    read = node.inputs[1:]
    branch, read = (then, read[:len(then.inputs)]) if condition.all() else (other, read[len(then.inputs):])
    made = [*branch.constants, *(name for each in branch.nodes for name in each.outputs)]
    names = {name: "{}.{}".format(node.output, number) for number, name in enumerate(made)}
    placed = renamed(branch, dict(zip(branch.inputs, read), **names))
    ends = (Node("Identity", (inner,), (name,)) for inner, name in zip(placed.outputs, node.outputs))
    return tuple(each._replace(layer=node.layer) for each in (*placed.nodes, *ends)), placed.constants
