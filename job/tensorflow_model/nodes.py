"""Graph nodes written by hand: no graph, no session, and the same bytes every time."""
from typing import Iterable, List, Mapping, Sequence, Set

from tensorflow.core.framework.attr_value_pb2 import AttrValue
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.tensor_shape_pb2 import TensorShapeProto
from tensorflow.core.framework.types_pb2 import DT_INT32, DT_STRING


def node(name: str, op: str, inputs: Iterable[str] = (), **attributes: AttrValue) -> NodeDef:
    made = NodeDef(name=name, op=op, input=inputs)
    for key, value in attributes.items():
        made.attr[key].CopyFrom(value)
    return made


def string_constant(name: str, values: Sequence[str], shape: Sequence[int]) -> NodeDef:
    content = TensorProto(dtype=DT_STRING, tensor_shape=shape_proto(shape),
                          string_val=[value.encode() for value in values])
    return node(name, "Const", dtype=of_type(DT_STRING), value=AttrValue(tensor=content))


def int_constant(name: str, values: Sequence[int], shape: Sequence[int]) -> NodeDef:
    content = TensorProto(dtype=DT_INT32, tensor_shape=shape_proto(shape), int_val=values)
    return node(name, "Const", dtype=of_type(DT_INT32), value=AttrValue(tensor=content))


def reshape(name: str, tensor: str, shape: Sequence[int], dtype: AttrValue) -> List[NodeDef]:
    """Its constant first."""
    size = int_constant(name + "/shape", shape, (len(shape),))
    return [size, node(name, "Reshape", (tensor, size.name), T=dtype, Tshape=of_type(DT_INT32))]


def replaced(nodes: GraphDef, instead: Mapping[str, Sequence[NodeDef]]) -> GraphDef:
    """The graph with these in the places of the nodes of these names; the very same where there are none."""
    if not instead:
        return nodes
    result = GraphDef(versions=nodes.versions)
    for each in nodes.node:
        result.node.extend(instead.get(each.name, [each]))
    return result


def of_type(number: int) -> AttrValue:
    return AttrValue(type=number)


def of_types(numbers: Iterable[int]) -> AttrValue:
    return AttrValue(list=AttrValue.ListValue(type=numbers))


def of_shape(shape: Sequence[int]) -> AttrValue:
    return AttrValue(shape=shape_proto(shape))


def of_shapes(shapes: Iterable[Sequence[int]]) -> AttrValue:
    return AttrValue(list=AttrValue.ListValue(shape=map(shape_proto, shapes)))


def of_text(text: str) -> AttrValue:
    return AttrValue(s=text.encode())


def shape_proto(shape: Sequence[int]) -> TensorShapeProto:
    """A shape of known rank; -1 is a dimension that is not known."""
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in shape])


def producer(input_name: str) -> str:
    """The name of the node behind an input as a NodeDef spells it: `^node`, `node` or `node:1`."""
    return input_name.lstrip("^").split(":")[0]


def ancestors(inputs_of: Mapping[str, Iterable[str]], names: Iterable[str]) -> Set[str]:
    """All nodes that these need, and themselves; those that nothing is known of need none."""
    found = set()  # type: Set[str]
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(producer(each) for each in inputs_of.get(name, ()))
    return found
