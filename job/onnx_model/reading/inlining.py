"""Functions of a file's own are put in the places of the nodes that call them, before anything else looks at its graph.

before: x -> scaled(x; by=3) -> y; scaled(a; by=2): a, Constant(value_float=@by) -> Mul -> b
after:  x, Constant(value_float=3) -> Mul -> y
"""
import itertools
from typing import Iterator, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

import onnx

from job.errors import UnsupportedModel
from job.onnx_model.graph import FreeNames
from job.onnx_model.opsets.newer.meanings import means_alike
from job.onnx_model.reading.functions import Function, Key, functions_of, key_of, told
from job.onnx_model.reading.scopes import Scope
from job.onnx_model.reading.tensors import bad
from job.onnx_model.reading.texts import graphs_of, texts

_DEEPEST = 50            # calls within calls, and graphs within nodes
_MOST_NODES = 100000     # of all that is put in
_MOST_BYTES = 64 << 20   # beyond what the whole file has: a function's weights may be told at each of its places
_LONGEST = 120           # letters of a node's name
_OTHERWISE = "the function {} of opset {}, whose {} is another in opset {}"

Attributes = Mapping[str, onnx.AttributeProto]


def inline(model: onnx.ModelProto, opset: int, size: int) -> bool:
    """Makes it a model without functions; whether it had any. `size` is how many bytes the file has.

    Raises BadCheckpoint for calls that do not fit their functions, or that never end, UnsupportedModel for too many.
    """
    functions = functions_of(model)
    if not functions:
        return False
    walk = _Inlining(functions, opset, size, FreeNames(texts(model.graph)))
    nodes = list(walk.nodes(model.graph.node, _Place(Scope.of_file(), None, "", ())))
    model.DiscardUnknownFields()
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return True


class _Place(NamedTuple):
    """Where nodes are put."""

    scope: Scope
    given: Optional[Attributes]  # by the call that they are put in for; None in the file's own graph
    name: str  # of that call
    within: Tuple[Optional[Key], ...]  # functions, None for a graph of a node


class _Inlining:
    def __init__(self, functions: Mapping[Key, Function], opset: int, size: int, unused: FreeNames) -> None:
        self._functions, self._opset, self._unused = functions, opset, unused
        self._nodes, self._bytes = _MOST_NODES, _MOST_BYTES + size
        self._fitting = set()  # type: Set[Key]  # whose operators mean here what they do there

    def nodes(self, protos: Sequence[onnx.NodeProto], place: _Place) -> Iterator[onnx.NodeProto]:
        if len(place.within) > _DEEPEST:
            raise UnsupportedModel(["functions and graphs more than {} deep at {}".format(_DEEPEST, place.name)])
        for proto in protos:
            function = self._functions.get(key_of(proto))
            made = self._copied(proto, place)
            if function is None:
                yield made
            else:
                yield from self._body(function, made, place)

    def _body(self, function: Function, call: onnx.NodeProto, place: _Place) -> Iterator[onnx.NodeProto]:
        at = "the call of {} at {}".format(told(function.key), call.name or next(iter(call.output), "a node without a name"))
        given = {item.name: item for item in call.attribute}
        if function.key in place.within:
            raise bad("{} is within itself, and never ends".format(at))
        if len(call.input) > len(function.inputs) or len(call.output) > len(function.outputs) or not (
                set(given) <= set(function.attributes)):
            raise bad("{} does not fit: it takes {} and {}, and makes {}".format(
                at, *(", ".join(names) or "nothing" for names in (function.inputs, function.attributes, function.outputs))))
        self._refuse_other_meanings(function)
        inputs = dict(itertools.zip_longest(function.inputs, call.input, fillvalue=""))
        wanted = dict(reversed([(inner, outer) for inner, outer in zip(function.outputs, call.output) if outer]))
        scope = Scope.of_call(inputs, wanted, self._unused, at)
        yield from self.nodes(function.body.node, _Place(scope, dict(function.defaults, **given), call.name,
                                                         place.within + (function.key,)))
        for inner, outer in zip(function.outputs, call.output):
            if outer and scope.read(inner) != outer:
                yield onnx.NodeProto(op_type="Identity", name=call.name, input=[scope.read(inner)], output=[outer])

    def _copied(self, proto: onnx.NodeProto, place: _Place) -> onnx.NodeProto:
        """The node where it is put: it reads and makes what is there, and says what the call says."""
        attributes = list(_said(proto, place))
        if place.given is not None:
            self._charge(proto, attributes, place)
        names = [name for name in (place.name, proto.name) if name]
        made = onnx.NodeProto(op_type=proto.op_type, domain=proto.domain, name="/".join(names)[:_LONGEST],
                              input=[place.scope.read(name) for name in proto.input])
        for each in attributes:
            written = made.attribute.add()
            written.CopyFrom(each.item)
            written.name = each.name
            for graph in graphs_of(written) if each.own else ():
                self._place_graph(graph, place)
        made.output.extend(place.scope.made(name) for name in proto.output)
        return made

    def _place_graph(self, graph: onnx.GraphProto, place: _Place) -> None:
        scope = place.scope.inner()
        for item in itertools.chain(graph.input, graph.initializer):
            item.name = scope.made(item.name)
        nodes = list(self.nodes(list(graph.node), place._replace(scope=scope, within=place.within + (None,))))
        del graph.node[:]
        graph.node.extend(nodes)
        for item in graph.output:
            item.name = scope.read(item.name)

    def _charge(self, proto: onnx.NodeProto, attributes: Sequence["_Attribute"], place: _Place) -> None:
        """Before any of it is copied."""
        self._nodes -= 1
        self._bytes -= proto.ByteSize() + sum(each.item.ByteSize() for each in attributes if not each.own)
        if self._nodes < 0 or self._bytes < 0:
            raise UnsupportedModel(["functions of more than {} operators, or {} MB, at {}".format(
                _MOST_NODES, _MOST_BYTES >> 20, place.name)], hint="export it without functions of its own")

    def _refuse_other_meanings(self, function: Function) -> None:
        if function.key in self._fitting or function.opset == self._opset:
            return
        problems = sorted({_OTHERWISE.format(told(function.key), function.opset, op, self._opset)
                           for op in _operators(function.body) if not means_alike(op, function.opset, self._opset)})
        if problems:
            raise UnsupportedModel(problems, hint="export the file with one opset")
        self._fitting.add(function.key)


class _Attribute(NamedTuple):
    name: str
    item: onnx.AttributeProto
    own: bool  # not handed in by a call, so that a graph in it reads what is around the node


def _said(proto: onnx.NodeProto, place: _Place) -> Iterator[_Attribute]:
    """What neither the call nor the function says is not there."""
    for item in proto.attribute:
        if not item.ref_attr_name or place.given is None:
            yield _Attribute(item.name, item, True)
        elif item.ref_attr_name in place.given:
            yield _Attribute(item.name, place.given[item.ref_attr_name], False)


def _operators(graph: onnx.GraphProto) -> Iterator[str]:
    """ONNX's own."""
    for node in graph.node:
        if node.domain in ("", "ai.onnx"):
            yield node.op_type
        for item in node.attribute:
            for inner in graphs_of(item):
                yield from _operators(inner)
