"""ONNX protobuf -> Graph, and back."""
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from job.onnx_model.graph import Graph, Node

OPSET = 10  # the canonical graph's
IR_VERSION = 4  # the first where weights need not be inputs too


def nodes_from_protobuf(graph: onnx.GraphProto) -> Tuple[Tuple[Node, ...], Dict[str, np.ndarray]]:
    """The nodes, and the values of the Constant nodes among them."""
    nodes, constants = [], {}
    for node in graph.node:
        attributes = {item.name: _attribute(item) for item in node.attribute}
        if node.op_type == "Constant":
            constants[node.output[0]] = attributes["value"]
        else:
            layer = node.doc_string or node.name
            nodes.append(Node(node.op_type, tuple(node.input), tuple(node.output), attributes, layer))
    return tuple(nodes), constants


def _attribute(attribute: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(attribute)
    if attribute.type == onnx.AttributeProto.TENSOR:
        return numpy_helper.to_array(value)
    if attribute.type == onnx.AttributeProto.STRING:
        return value.decode("utf-8")
    if attribute.type == onnx.AttributeProto.STRINGS:
        return tuple(each.decode("utf-8") for each in value)
    if attribute.type in (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS):
        return tuple(value)
    return value


class Place(NamedTuple):
    """Where a constant lies in a file beside the model."""

    file: str
    offset: int  # bytes
    length: int


def protobuf_from_graph(graph: Graph, places: Mapping[str, Place] = {}, opset: int = OPSET) -> onnx.ModelProto:
    """A valid ONNX model; constants that have a place beside it are only pointed at.

    Scalar constants become Constant nodes: onnx2keras misreads scalar initializers.
    """
    model = onnx.ModelProto(ir_version=IR_VERSION, producer_name="pt2tflite")
    model.opset_import.add(domain="", version=opset)
    model.graph.name = "main"
    for name, value in graph.constants.items():
        if value.ndim:
            _fill(model.graph.initializer.add(), name, value, places.get(name))
        else:
            model.graph.node.extend(
                [helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value))])
    model.graph.node.extend(proto_of(node) for node in graph.nodes)
    model.graph.input.extend(_tensor(name, graph) for name in graph.inputs)
    model.graph.output.extend(_tensor(name, graph) for name in graph.outputs)
    model.graph.value_info.extend(_tensor(name, graph) for node in graph.nodes for name in node.outputs
                                  if name in graph.shapes and name not in graph.outputs)
    return model


def proto_of(node: Node) -> onnx.NodeProto:
    return helper.make_node(node.op, node.inputs, node.outputs, name=node.output, doc_string=node.layer,
                            **_written(node.attributes))


def _written(attributes: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
            for name, value in attributes.items()}


def graph_from_protobuf(model: onnx.ModelProto, read: Callable[[TensorProto], np.ndarray]) -> Graph:
    """The graph of a model that states its shapes; `read` gives an initializer's value."""
    nodes, constants = nodes_from_protobuf(model.graph)
    constants.update((item.name, read(item)) for item in model.graph.initializer)
    ends = list(model.graph.input) + list(model.graph.output)
    known = [item for item in ends + list(model.graph.value_info) if item.type.tensor_type.HasField("shape")]
    return Graph(
        nodes, tuple(item.name for item in model.graph.input if item.name not in constants),
        tuple(item.name for item in model.graph.output), constants,
        {item.name: tuple(axis.dim_value for axis in item.type.tensor_type.shape.dim) for item in known},
        {item.name: helper.mapping.TENSOR_TYPE_TO_NP_TYPE[item.type.tensor_type.elem_type].name for item in known})


def _fill(tensor: TensorProto, name: str, value: np.ndarray, place: Optional[Place]) -> None:
    tensor.name = name
    tensor.data_type = helper.mapping.NP_TYPE_TO_TENSOR_TYPE[value.dtype]
    tensor.dims.extend(value.shape)
    if place is None:
        tensor.raw_data = value.tobytes()
        return
    tensor.data_location = TensorProto.EXTERNAL
    for key, entry in (("location", place.file), ("offset", place.offset), ("length", place.length)):
        tensor.external_data.add(key=key, value=str(entry))


def _tensor(name: str, graph: Graph) -> onnx.ValueInfoProto:
    if name not in graph.shapes:
        return onnx.ValueInfoProto(name=name)
    kind = helper.mapping.NP_TYPE_TO_TENSOR_TYPE[np.dtype(graph.dtypes.get(name, "float32"))]
    return helper.make_tensor_value_info(name, kind, graph.shapes[name])
