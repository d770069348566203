"""Lists of tensors, which a Loop fills: who is in one is known without running anything.

before: SequenceEmpty -> s, SequenceInsert(s, a) -> t, SequenceInsert(t, b) -> u, ConcatFromSequence(u, axis=0) -> y
after:  Concat(a, b) -> y
"""
from typing import Dict, Mapping, Tuple

import numpy as np

from job.errors import UnsupportedModel
from job.onnx_model.graph import Node

_AS_LISTS = ("SequenceEmpty", "SequenceConstruct", "SequenceInsert")
_OF_LISTS = ("SequenceAt", "ConcatFromSequence")


class Sequences:
    """Which tensors are in each, by its name."""

    def __init__(self) -> None:
        self._members = {}  # type: Dict[str, Tuple[str, ...]]

    def takes(self, node: Node) -> bool:
        return node.op in _AS_LISTS + _OF_LISTS or node.op == "Identity" and node.inputs[0] in self._members

    def said(self, node: Node, constants: Mapping[str, np.ndarray]) -> Tuple[Node, ...]:
        """What makes its outputs of the members; nothing where it is a list itself. UnsupportedModel where places depend on
        values, KeyError for a list that nobody made."""
        if node.op == "ConcatFromSequence":
            return (self._joined(node),)
        if node.op == "SequenceAt":
            place = _place(node, 1, constants, len(self._members[node.inputs[0]]))
            return (Node("Identity", (self._members[node.inputs[0]][place],), node.outputs, {}, node.layer),)
        self._members[node.output] = self._listed(node, constants)
        return ()

    def _listed(self, node: Node, constants: Mapping[str, np.ndarray]) -> Tuple[str, ...]:
        if node.op == "SequenceConstruct":
            return tuple(node.inputs)
        if node.op == "SequenceEmpty":
            return ()
        members = self._members[node.inputs[0]]
        if node.op == "Identity":
            return members
        place = len(members) if len(node.inputs) < 3 else _place(node, 2, constants, len(members))
        return members[:place] + (node.inputs[1],) + members[place:]

    def _joined(self, node: Node) -> Node:
        if node.attributes.get("new_axis", 0):
            raise UnsupportedModel(["ConcatFromSequence attribute new_axis=1 at {}".format(node.place)])
        return Node("Concat", self._members[node.inputs[0]], node.outputs, {"axis": node.attributes["axis"]}, node.layer)


def _place(node: Node, number: int, constants: Mapping[str, np.ndarray], count: int) -> int:
    """Counted from the first; IndexError for none of them. One may be put behind all others."""
    place = constants.get(node.inputs[number])
    if place is None:
        raise UnsupportedModel(["{} at a place that depends on values, at {}".format(node.op, node.place)])
    told = int(place.reshape(()))
    return count if told == count and node.op == "SequenceInsert" else range(count)[told]
