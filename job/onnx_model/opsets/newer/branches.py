"""An If becomes the branch that it takes where its condition is known, and a choice between what both make where not.

before: x [1,8,6,9], Equal(Gather(Shape(x), 1), 1) -> If(then: Squeeze(x), else: Identity(x)) -> y
after:  Identity(x) -> Identity -> y

before: x [1,4], c -> If(c, then: Gemm(x), else: Neg(x)) -> y [1,4]
after:  Gemm(x) -> a, Neg(x) -> b, Where(c, a, b) -> y
"""
from typing import Collection, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph, Node, View, renamed
from job.values import elements

_BY_INDICES = ("Gather", "GatherElements", "GatherND")
_GUARDS = "If whose condition depends on values, and may guard indices that a branch looks up by, at {}"
BRANCHES = ("then_branch", "else_branch")  # attributes of an If: graphs whose inputs are what they read from around them


class Branch(NamedTuple):
    """A branch in its If's place."""

    nodes: Tuple[Node, ...]
    constants: Mapping[str, np.ndarray]
    outputs: Tuple[str, ...]


def taken(node: Node, constants: Mapping[str, np.ndarray]) -> Optional[Branch]:
    """The branch whose nodes make the If's outputs; None where nobody knows which."""
    condition = constants.get(node.inputs[0])
    if condition is None or condition.size != 1:
        return None
    branch = _of_if(node, BRANCHES[0] if condition.all() else BRANCHES[1], node.output)
    ends = tuple(Node("Identity", (made,), (name,), layer=node.layer) for made, name in zip(branch.outputs, node.outputs))
    return branch._replace(nodes=branch.nodes + ends, outputs=node.outputs)


def both(node: Node) -> Tuple[Branch, Branch]:
    then, other = (_of_if(node, name, "{}.{}".format(node.output, name)) for name in BRANCHES)
    return then, other


def choices(node: Node, then: Branch, other: Branch, view: View) -> Tuple[Node, ...]:
    """Of what both branches have made, what the condition says. UnsupportedModel where one tensor cannot hold either, or
    where the condition may be what keeps indices within a table: here both branches look up, whatever it says."""
    condition, pairs = node.inputs[0], tuple(zip(then.outputs, other.outputs))
    if _look_up(then.nodes + other.nodes, view.graph.constants):
        raise UnsupportedModel([_GUARDS.format(node.place)])
    if not all(_is_choice(view, condition, *pair) for pair in pairs):
        raise UnsupportedModel(["If whose condition depends on values, and whose branches make other shapes, at {}".format(
            node.place)])
    return tuple(Node("Where", (condition, *pair), (name,), layer=node.layer) for pair, name in zip(pairs, node.outputs))


def _look_up(nodes: Sequence[Node], constants: Collection[str]) -> bool:
    """By indices that are computed, also in graphs that nodes have themselves."""
    inner = [graph for node in nodes for graph in node.attributes.values() if isinstance(graph, Graph)]
    return (any(node.op in _BY_INDICES and node.inputs[1] not in constants for node in nodes)
            or any(_look_up(graph.nodes, graph.constants) for graph in inner))


def _is_choice(view: View, condition: str, one: str, another: str) -> bool:
    shape, of_condition = view.shape(one), view.shape(condition)
    return (None not in (shape, of_condition) and shape == view.shape(another) and view.dtype(one) == view.dtype(another)
            and elements(of_condition) == 1 and len(of_condition) <= len(shape))


def _of_if(node: Node, which: str, base: str) -> Branch:
    then, branch = node.attributes[BRANCHES[0]], node.attributes[which]
    read = node.inputs[1:][:len(then.inputs)] if branch is then else node.inputs[1:][len(then.inputs):]
    return placed(branch, read, base, node.layer)


def placed(graph: Graph, read: Sequence[str], base: str, layer: str) -> Branch:
    """Its nodes where they read that for its inputs, with names that are nobody else's: they begin with `base`.

    A user finds them within `layer`.
    """
    made = [*graph.constants, *(name for each in graph.nodes for name in each.outputs)]
    names = {name: "{}.{}".format(base, number) for number, name in enumerate(made)}
    graph = renamed(graph, dict(names, **dict(zip(graph.inputs, read))))
    nodes = tuple(each._replace(layer="/".join(filter(None, (layer, each.layer)))) for each in graph.nodes)
    return Branch(nodes, graph.constants, graph.outputs)
