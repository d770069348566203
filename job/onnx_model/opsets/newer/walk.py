"""Node by node from the inputs on, so that every rule knows shapes, and the values that depend on nothing else."""
from typing import Dict, List, Mapping, Sequence, Set, Tuple

import numpy as np

from job.errors import BadCheckpoint, UnsupportedModel
from job.onnx_model import quantised_already
from job.onnx_model.divisors import refuse_zero_divisors
from job.onnx_model.graph import Graph, Node, Rewrite, View
from job.onnx_model.model_file import refuse_huge
from job.onnx_model.opsets.newer.branches import Branch, both, choices, taken
from job.onnx_model.opsets.newer.loops import carried_into, ends, goes_on, round_of, rounds_of
from job.onnx_model.opsets.newer.pools import may_begin_late
from job.onnx_model.opsets.newer.registry import rule_of
from job.onnx_model.opsets.newer.sequences import Sequences
from job.onnx_model.passes.fold_constants import RANDOM
from job.onnx_model.passes.infer_shapes import infer_shapes, inferred
from job.onnx_model.protobuf import OPSET
from job.onnx_model.runtime import NEWEST_OPSET, RUNTIME_ERRORS, run_graph
from job.onnx_model.schemas import is_known, problems_of

NEWEST = 28  # whose changes the rules know
_UNREADABLE = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError, ZeroDivisionError)


def lowered(graph: Graph, opset: int) -> Graph:
    """The same graph, said in the canonical opset; UnsupportedModel with all that cannot be, BadCheckpoint for no ONNX."""
    walk = _Walk(graph, opset)
    for node in graph.nodes:
        walk.take(node)
    if walk.problems:
        raise UnsupportedModel(walk.problems, hint=quantised_already.hint_for(
            walk.problems, "export without these, or as opset 10 says them"))
    return walk.graph()


class _Walk:
    def __init__(self, graph: Graph, opset: int) -> None:
        self._whole, self._opset = graph, opset
        self._nodes = []  # type: List[Node]
        self._constants, self._shapes, self._dtypes = dict(graph.constants), dict(graph.shapes), dict(graph.dtypes)
        self._sequences = Sequences()
        self._lost = set()  # type: Set[str]  # what comes of nodes that cannot be said
        self.problems = []  # type: List[str]

    def graph(self) -> Graph:
        return self._whole._replace(nodes=tuple(self._nodes), constants=self._constants, shapes=self._shapes,
                                    dtypes=self._dtypes)

    def take(self, node: Node) -> None:
        lost = self._lost.intersection(node.inputs)
        try:
            if lost:
                self._refuse_unknown(node)
            elif node.op == "If":
                self._take_if(node)
            elif node.op == "Loop":
                self._take_loop(node)
            elif self._sequences.takes(node):
                self._take_all(self._sequences.said(node, self._constants))
            elif not self._fold(node):
                made = self._said(node)
                self._constants.update(made.constants)
                self._nodes.extend(made.nodes)
                self._infer(made.nodes)
        except UnsupportedModel as error:
            self.problems.extend(error.problems)
            lost = set(node.outputs)
        except _UNREADABLE as error:
            raise BadCheckpoint("{} at {} is not as opset {} says it: {}".format(
                node.op, node.place, self._opset, error), hint="export it again") from error
        if lost:
            self._lost.update(node.outputs)

    def _refuse_unknown(self, node: Node) -> None:
        if rule_of(node.op, self._opset) is None and not is_known(node.op, OPSET):
            raise _no_operator(node)

    def _take_if(self, node: Node) -> None:
        branch = taken(node, self._constants)
        if branch is not None:
            self._take_branch(branch)
            return
        then, other = both(node)
        self._take_branch(then)
        self._take_branch(other)
        if self._lost.intersection(then.outputs + other.outputs):
            self._lost.update(node.outputs)
            return
        self._take_all(choices(node, then, other, self._known()))

    def _take_loop(self, node: Node) -> None:
        carried, rows, going = carried_into(node), [], goes_on(node, node.inputs[1], self._constants)
        for number in rounds_of(node, self._constants):
            if not going:
                break
            each = round_of(node, number, carried)
            self._take_branch(each)
            if self._lost.intersection(each.outputs):
                self._lost.update(node.outputs)
                return
            going, carried = goes_on(node, each.outputs[0], self._constants), each.outputs[1:1 + len(carried)]
            rows.append(each.outputs[1 + len(carried):])
        self._take_branch(ends(node, carried, rows, self._opset))

    def _take_branch(self, branch: Branch) -> None:
        self._constants.update(branch.constants)
        self._take_all(branch.nodes)

    def _take_all(self, nodes: Sequence[Node]) -> None:
        for each in nodes:
            self.take(each)

    def _known(self) -> View:
        return View(Graph((), (), (), self._constants, self._shapes, self._dtypes))

    def _fold(self, node: Node) -> bool:
        """Whether it depends on nothing but constants and shapes; then its values are known from here on."""
        if node.op == "Shape" and node.inputs[0] in self._shapes:
            part = slice(node.attributes.get("start"), node.attributes.get("end"))
            self._constants[node.output] = np.array(self._shapes[node.inputs[0]], np.int64)[part]
            return True
        if node.op in RANDOM or may_begin_late(node.op, node.attributes):
            return False
        if not all(name in self._constants for name in node.inputs if name):
            return False
        refuse_huge(self._told_sizes(node))
        alone = Graph((node,), (), node.outputs, self._read_by(node), {})
        refuse_zero_divisors(alone)
        try:
            values = run_graph(alone, (), min(self._opset, NEWEST_OPSET))
        except RUNTIME_ERRORS:
            return False  # what is wrong with it is said where it is told in the canonical opset
        self._constants.update(zip(node.outputs, values))
        return True

    def _told_sizes(self, node: Node) -> Graph:
        """What ONNX infers without making any of it."""
        part = Graph((node,), (), node.outputs, self._read_by(node), {})
        try:
            return inferred(part, OPSET)
        except UnsupportedModel:  # in another form than the canonical opset has
            return part

    def _read_by(self, *nodes: Node) -> Dict[str, np.ndarray]:
        return {name: self._constants[name] for node in nodes for name in node.inputs if name in self._constants}

    def _said(self, node: Node) -> Rewrite:
        made = self._rewritten(node)
        problems = [problem for each in made.nodes for problem in problems_of(each, OPSET)]
        if problems:
            raise UnsupportedModel(problems)
        return made

    def _rewritten(self, node: Node) -> Rewrite:
        rule = rule_of(node.op, self._opset)
        if rule is None and (not is_known(node.op, OPSET) or quantised_already.why(node.op)):
            raise _no_operator(node)
        if rule is None:
            return Rewrite((self._from_the_first(node),))
        if not all(name in self._shapes or name in self._constants for name in node.inputs if name):
            raise UnsupportedModel(["{} of a tensor whose size depends on values, at {}".format(node.op, node.layer)])
        return rule.rule(node, self._known()) or Rewrite((node,))

    def _from_the_first(self, node: Node) -> Node:
        """An axis may count from the last since opset 11."""
        shape = self._shapes.get(node.inputs[0]) if node.inputs else None
        axis = node.attributes.get("axis", 0)
        if shape is None or not isinstance(axis, int) or axis >= 0:
            return node
        rank = len(shape) + (node.op == "OneHot")
        return node._replace(attributes=dict(node.attributes, axis=axis % max(rank, 1)))

    def _infer(self, nodes: Tuple[Node, ...]) -> None:
        made = {name for node in nodes for name in node.outputs}
        inputs = tuple(sorted({name for node in nodes for name in node.inputs if name} - made - set(self._constants)))
        if not all(name in self._shapes for name in inputs):
            return
        part = infer_shapes(Graph(nodes, inputs, nodes[-1].outputs, self._read_by(*nodes), _of(self._shapes, inputs),
                                  _of(self._dtypes, inputs)))
        refuse_huge(part)
        self._shapes.update(part.shapes)
        self._dtypes.update(part.dtypes)


def _of(values: Mapping, names: Tuple[str, ...]) -> Dict:
    return {name: values[name] for name in names if name in values}


def _no_operator(node: Node) -> UnsupportedModel:
    return UnsupportedModel(["operator {}{} at {}".format(node.op, quantised_already.why(node.op), node.place)])
