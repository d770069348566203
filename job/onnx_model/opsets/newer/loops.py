"""A Loop whose number of rounds is known becomes its rounds, one after another.

before: x [2,3], Loop(3, true, x; body: (round, go, x) -> (go, Relu(x), ReduceSum(x))) -> y, sums
after:  Relu(x) -> a, Relu(a) -> b, Relu(b) -> y; Concat(Unsqueeze(ReduceSum(x)), Unsqueeze(ReduceSum(a)), ...) -> sums
"""
import itertools
from typing import Dict, Iterator, Mapping, Sequence, Tuple

import numpy as np

from job.errors import UnsupportedModel
from job.onnx_model.graph import Node
from job.onnx_model.opsets.newer.branches import Branch, placed

# Attributes of a Loop: a graph, whose inputs are the round's number, whether to go on, what is carried from round to round,
# and what it reads from around it; and how many are carried.
BODY, CARRIED = "body", "carried"
_AXES_AS_INPUT = 13  # the first opset in which Unsqueeze reads its axes
_MOST_NODES = 20000  # of all rounds: what ONNX, Keras and toco still take in minutes


def rounds_of(node: Node, constants: Mapping[str, np.ndarray]) -> Iterator[int]:
    """Their numbers; without a most, until it goes on no more. UnsupportedModel where nobody knows how many, or there are
    too many to write them down."""
    count, nodes = constants.get(node.inputs[0]), len(node.attributes[BODY].nodes)
    if node.inputs[0] and (count is None or count.size != 1):
        raise UnsupportedModel(["Loop whose number of rounds depends on values, at {}".format(node.place)])
    most = max(int(count.reshape(())), 0) if node.inputs[0] else None
    if (most or 0) * nodes > _MOST_NODES:
        raise UnsupportedModel(["Loop of {} rounds of {} operators at {}".format(most, nodes, node.place)])
    for number in itertools.count() if most is None else range(most):
        if number * nodes > _MOST_NODES:
            raise UnsupportedModel(["Loop of more than {} rounds of {} operators at {}".format(number, nodes, node.place)])
        yield number


def goes_on(node: Node, condition: str, constants: Mapping[str, np.ndarray]) -> bool:
    """What a condition says that nothing but sizes decides."""
    if not condition:
        raise UnsupportedModel(
            ["Loop without a first condition, of which ONNX Runtime 1.10 dies, at {}".format(node.place)])
    if condition not in constants:
        raise UnsupportedModel(["Loop whose end depends on values, at {}".format(node.place)])
    return bool(constants[condition].all())


def carried_into(node: Node) -> Tuple[str, ...]:
    """What the first round begins with."""
    return node.inputs[2:2 + node.attributes[CARRIED]]


def round_of(node: Node, number: int, carried: Sequence[str]) -> Branch:
    """One round: its outputs are whether to go on, what is carried on, and a row of each of what is laid in rows."""
    body, around = node.attributes[BODY], node.inputs[2 + len(carried):]
    base = "{}.{}".format(node.output, number)
    of_the_round, going = "{}.round".format(base), "{}.go".format(base)
    branch = placed(body, (of_the_round, going, *carried, *around), base, node.layer)
    known = {of_the_round: np.array(number, np.int64), going: np.array(True)}
    return branch._replace(constants=dict(branch.constants, **known))


def ends(node: Node, carried: Sequence[str], rows: Sequence[Sequence[str]], opset: int) -> Branch:
    """The Loop's outputs: what is carried out of it, and the rows of every round, as that opset says it."""
    made = [Node("Identity", (last,), (name,), {}, node.layer) for last, name in zip(carried, node.outputs)]
    constants = {}  # type: Dict[str, np.ndarray]
    for name, parts in zip(node.outputs[len(carried):], zip(*rows)):
        axes = "{}.axes".format(name)
        constants[axes] = np.array([0], np.int64)
        kept = ["{}.row.{}".format(name, number) for number in range(len(parts))]
        made += [Node("Unsqueeze", (part, axes), (row,), {}, node.layer) if opset >= _AXES_AS_INPUT
                 else Node("Unsqueeze", (part,), (row,), {"axes": (0,)}, node.layer) for part, row in zip(parts, kept)]
        made.append(Node("Concat", tuple(kept), (name,), {"axis": 0}, node.layer))
    if len(node.outputs) > len(carried) and not rows:
        raise UnsupportedModel(["Loop without a round, whose rows are none, at {}".format(node.place)])
    return Branch(tuple(made), constants, node.outputs)
