"""NodeProto -> Node, checked against what ONNX says of the operator."""
import itertools
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import numpy as np
import onnx
from onnx import helper

from job.errors import UnsupportedModel
from job.onnx_model import quantised_already
from job.onnx_model.graph import Graph, Node
from job.onnx_model.opsets.newer.branches import BRANCHES
from job.onnx_model.opsets.newer.loops import BODY, CARRIED
from job.onnx_model.opsets.newer.of_scikit_learn import DOMAIN, of_domain
from job.onnx_model.opsets.newer.registry import NEWER
from job.onnx_model.protobuf import OPSET
from job.onnx_model.reading.names import check_order
from job.onnx_model.reading.tensors import Tensors, bad
from job.onnx_model.schemas import fault_of, is_known

_OWN = ("", "ai.onnx")  # both name ONNX's own operators
_GRAPHS = (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS)


def nodes_of(protos: Sequence[onnx.NodeProto], opset: int,
             tensors: Tensors) -> Tuple[Tuple[Node, ...], Dict[str, np.ndarray]]:
    """The nodes, and the values of the Constant nodes among them; what is not ONNX's own is refused, all at once."""
    problems = [problem for proto in protos for problem in _problems(proto, opset)]
    if problems:
        raise UnsupportedModel(problems, hint=quantised_already.hint_for(
            problems, "export with ONNX's own operators, If and Loop in opset 11 or later, without Scan"))
    nodes, constants = [], {}  # type: Tuple[List[Node], Dict[str, np.ndarray]]
    for proto in protos:
        _check(proto, opset)
        if proto.op_type in _WITH_GRAPHS:
            node = _WITH_GRAPHS[proto.op_type](proto, opset, tensors)
            nodes.append(node._replace(outputs=_named_outputs(proto, len(nodes))))
            continue
        attributes = _without_ceil_mode_0({item.name: _attribute(item, proto, tensors) for item in proto.attribute})
        if proto.op_type == "Constant":
            constants[proto.output[0]] = _constant(attributes, proto)
        else:
            outputs = _named_outputs(proto, len(nodes))
            op = of_domain(proto.op_type) if proto.domain == DOMAIN else proto.op_type
            nodes.append(Node(op, _without_absent_end(proto.input), outputs, attributes, proto.name))
    return tuple(nodes), constants


def _named_outputs(proto: onnx.NodeProto, number: int) -> Tuple[str, ...]:
    return tuple(name or "absent/{}/{}".format(number, place)
                 for place, name in enumerate(_without_absent_end(proto.output)))


def _conditional(proto: onnx.NodeProto, opset: int, tensors: Tensors) -> Node:
    """An If. It reads its condition, and what its branches read of what is made around them."""
    graphs = {item.name: item.g for item in proto.attribute}
    if sorted(graphs) != sorted(BRANCHES) or len(proto.input) != 1 or any(
            graph.input or len(graph.output) != len(proto.output) for graph in graphs.values()):
        raise bad("If at {}: it has not two branches that make what it does".format(where(proto)))
    branches = {name: _branch(graphs[name], opset, tensors) for name in BRANCHES}
    inputs = itertools.chain(proto.input, *(branch.inputs for branch in branches.values()))
    return Node(proto.op_type, tuple(inputs), tuple(proto.output), branches, proto.name)


def _loop(proto: onnx.NodeProto, opset: int, tensors: Tensors) -> Node:
    """A Loop. It reads what each round does, and behind that what its body reads of what is made around it."""
    graphs = {item.name: item.g for item in proto.attribute}
    if list(graphs) != [BODY]:
        raise bad("Loop at {}: it has not one body".format(where(proto)))
    body = _branch(graphs[BODY], opset, tensors)
    given = tuple(item.name for item in graphs[BODY].input)
    around = tuple(name for name in body.inputs if name not in given)
    carried = len(proto.input) - 2
    if not all(proto.output):
        raise UnsupportedModel(
            ["Loop without names of all its outputs, of which ONNX Runtime 1.10 dies, at {}".format(where(proto))])
    if carried < 0 or len(given) != len(set(given)) or (len(given), len(body.outputs)) != (
            2 + carried, 1 + len(proto.output)):
        raise bad("Loop at {}: its body does not take and make what it does".format(where(proto)))
    return Node(proto.op_type, tuple(proto.input) + around, tuple(proto.output),
                {BODY: body._replace(inputs=given + around), CARRIED: carried}, proto.name)


_WITH_GRAPHS = {"If": _conditional, "Loop": _loop}


def _branch(proto: onnx.GraphProto, opset: int, tensors: Tensors) -> Graph:
    """Its inputs are what it reads and does not make."""
    nodes, constants = nodes_of(proto.node, opset, tensors)
    constants.update((item.name, tensors.read(item)) for item in proto.initializer)
    outputs = tuple(item.name for item in proto.output)
    made = set(constants).union(*(node.outputs for node in nodes))
    read = set(outputs).union(*(node.inputs for node in nodes)) - made - {""}
    branch = Graph(nodes, tuple(sorted(read)), outputs, constants, {})
    check_order(branch)
    return branch


def _constant(attributes: Mapping[str, Any], proto: onnx.NodeProto) -> np.ndarray:
    """A tensor, or since opset 12 numbers of the type that the attribute's name says."""
    for kind, dtype in (("value", None), ("value_float", np.float32), ("value_floats", np.float32),
                        ("value_int", np.int64), ("value_ints", np.int64)):
        if kind in attributes:
            return np.asarray(attributes[kind], dtype)
    raise UnsupportedModel(["a Constant of {} at {}".format(", ".join(sorted(attributes)) or "nothing", where(proto))])


def _without_ceil_mode_0(attributes: Dict[str, Any]) -> Dict[str, Any]:
    """onnx 1.5 infers the shape of a pool with ceil_mode=0 as if it were 1."""
    return {name: value for name, value in attributes.items() if (name, value) != ("ceil_mode", 0)}


def _without_absent_end(names: Sequence[str]) -> Tuple[str, ...]:
    """Optional inputs and outputs that are absent at the end need not be named at all."""
    count = max((place + 1 for place, name in enumerate(names) if name), default=0)
    return tuple(names[:count])


def where(proto: onnx.NodeProto) -> str:
    return proto.name or next((name for name in proto.output if name), "a node without a name")


def _problems(proto: onnx.NodeProto, opset: int) -> List[str]:
    if proto.domain == DOMAIN and opset > OPSET and of_domain(proto.op_type) in NEWER:
        return []
    if proto.domain not in _OWN or "." in proto.op_type:
        return ["operator {} of the domain {}{} at {}".format(
            proto.op_type, proto.domain, quantised_already.why(proto.op_type), where(proto))]
    if opset <= OPSET and not is_known(proto.op_type, opset):
        return ["operator {}, which opset {} does not have, at {}".format(proto.op_type, opset, where(proto))]
    if proto.op_type in _WITH_GRAPHS and opset > OPSET:
        return [problem for item in proto.attribute for each in item.g.node for problem in _problems(each, opset)]
    return ["{} attribute {}, a graph of its own, at {}".format(proto.op_type, item.name, where(proto))
            for item in sorted(proto.attribute, key=lambda item: item.name)
            if item.type in _GRAPHS or item.HasField("g") or item.graphs]


def _check(proto: onnx.NodeProto, opset: int) -> None:
    fault = fault_of(proto, opset) if opset <= OPSET else ""  # newer ones are checked as they are said in that
    if not any(proto.output):
        fault = "it has no output"
    if fault:
        raise bad("{} at {}: {}".format(proto.op_type, where(proto), fault))


def _attribute(item: onnx.AttributeProto, proto: onnx.NodeProto, tensors: Tensors) -> Any:
    try:
        value = helper.get_attribute_value(item)
        if item.HasField("t"):
            return tensors.read(value)
        if item.HasField("s"):
            return value.decode("utf-8")
        if isinstance(value, (int, float)):
            return value
        return tuple(each.decode("utf-8") if isinstance(each, bytes) else each for each in value)
    except (AttributeError, TypeError, ValueError) as error:  # a UnicodeDecodeError is a ValueError
        raise bad("{} attribute {} at {} has no value".format(proto.op_type, item.name, where(proto))) from error
