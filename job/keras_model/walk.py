"""onnx2keras walks the graph; our converters lay channels-last layers."""
import contextlib
from types import SimpleNamespace
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Tuple

import keras
import numpy as np
import onnx
import tensorflow as tf
from keras import backend

from job.alignment import all_aligned
from job.axes import Order, published, transposed_shape
from job.keras_model.activation import Activation, in_order
from job.keras_model.operators import CONVERTERS
from job.keras_model.preflight import operator_of
from job.keras_model.registry import Converter
from job.keras_model.unset_weights import unset_weights
from job.keras_model.upstream import onnx2keras
from job.onnx_model.graph import Graph, Node, View
from job.onnx_model.protobuf import protobuf_from_graph
from job.tensorflow_model.graph import KerasGraph


class KerasModel(NamedTuple):
    """The network, and what the walk learned of it."""

    network: KerasGraph
    batch_fixed_by: str                       # the layer that ties the batch; '' where any batch will do
    tensors: Mapping[str, Tuple[str, Order]]  # ONNX tensor -> its tensor's name and order


def keras_model_from_onnx(graph: Graph) -> KerasModel:
    """Builds the Keras model of a canonical graph that preflight has passed; inputs and outputs as published."""
    laid = walked(graph)
    return laid._replace(network=laid.network._replace(weights=all_aligned(laid.network.weights)))


def walked(graph: Graph) -> KerasModel:
    """As keras_model_from_onnx(); but most weights are views of the graph's constants, of which nobody has read a number."""
    with _own_graph() as tf_graph, unset_weights(), _converters(graph) as walk:
        network = onnx2keras.onnx_to_keras(protobuf_from_graph(_shown(graph)), list(graph.inputs), verbose=False)
        outputs = tuple(_called(tensor, name) for name, tensor in zip(graph.outputs, network.outputs))
        weights = {}  # type: Dict[str, np.ndarray]
        for layer in network.layers:
            weights.update(getattr(layer, "values", {}))
        loops = tuple(layer.loop for layer in network.layers if hasattr(layer, "loop"))
        keras_graph = KerasGraph(tf_graph, tuple(network.inputs), outputs, weights, loops)
        return KerasModel(keras_graph, walk.fixed_by, dict(walk.tensors))


def _called(tensor: Any, name: str) -> Any:
    """Under this very name, also where the layer that made it has it: a slash keeps TensorFlow from numbering it."""
    return tf.identity(tensor, name + "/")


def _shown(graph: Graph) -> Graph:
    """onnx2keras copies every weight, so it is shown a number in place of each, and knows no input that is left out.

    Converters take the graph's own.
    """
    nodes = tuple(node._replace(inputs=tuple(filter(None, node.inputs))) for node in graph.nodes)
    return graph._replace(nodes=nodes, constants={name: np.zeros(1, value.dtype) for name, value in graph.constants.items()})


@contextlib.contextmanager
def _own_graph() -> Iterator[tf.Graph]:
    """A fresh graph, Keras' names counted anew, channels-last; the process is left as it was."""
    image_format = backend.image_data_format()
    backend.set_image_data_format("channels_last")
    backend.reset_uids()
    try:
        with tf.Graph().as_default() as graph:
            yield graph
    finally:
        backend.set_image_data_format(image_format)


class _Walk:
    """What the handlers of one walk leave behind."""

    def __init__(self, graph: Graph) -> None:
        self.view = View(graph)
        self.nodes = {node.output: node for node in graph.nodes}
        self.results = {}  # type: Dict[str, Activation]
        self.tensors = {}  # type: Dict[str, Tuple[str, Order]]
        self.fixed_by = _input_of_another_batch(graph)

    def input_layer(self, name: str, **_: Any) -> Any:
        """Takes the place of Keras' own, of which onnx2keras asks float32 alone."""
        shape = transposed_shape(self.view.shape(name), published(len(self.view.shape(name))))
        shape = shape if self.fixed_by else (None,) + shape[1:]
        dtype = self.view.graph.dtypes.get(name, "float32")
        return keras.layers.InputLayer(input_tensor=tf.compat.v1.placeholder(dtype, shape, name), name=name)

    def handle(self, converter: Converter, node: Node, layers: Dict[str, Any]) -> None:
        inputs = [self._operand(name, layers) for name in node.inputs]
        results = converter.convert(operator_of(node, self.view), *inputs)
        results = (results,) if isinstance(results, Activation) else results
        for name, result in zip(node.outputs, results):
            self.fixed_by = self.fixed_by or result.fixed_by
            self.tensors[name] = result.tensor.name, result.order
            self.results[name] = result
            layers[name] = in_order(result, published(result.rank)).tensor if name in self.view.graph.outputs else None

    def _operand(self, name: str, layers: Dict[str, Any]) -> Any:
        if not name:
            return None
        if name in self.view.graph.constants:
            return self.view.graph.constants[name]
        if name not in self.results:  # an input of the network
            self.results[name] = Activation(layers[name], published(len(self.view.shape(name))))
        return self.results[name]


def _input_of_another_batch(graph: Graph) -> str:
    """The first input whose first axis is not the first input's, so that no one batch size can be open; or ''."""
    batches = [graph.shapes[name][:1] for name in graph.inputs]
    return next((name for name, batch in zip(graph.inputs, batches) if batch != batches[0] or not batch), "")


@contextlib.contextmanager
def _converters(graph: Graph) -> Iterator[_Walk]:
    """Puts our converters and inputs in the place of onnx2keras' own for the length of a walk."""
    walk = _Walk(graph)
    available = onnx2keras.AVAILABLE_CONVERTERS
    before = dict(available)
    available.clear()
    available.update((op, _handler(walk, converter)) for op, converter in CONVERTERS.items())
    onnx2keras.keras = SimpleNamespace(layers=SimpleNamespace(InputLayer=walk.input_layer), models=keras.models)
    try:
        yield walk
    finally:
        onnx2keras.keras = keras
        available.clear()
        available.update(before)


def _handler(walk: _Walk, converter: Converter):
    def handle(node: onnx.NodeProto, params: Mapping[str, Any], layers: Dict[str, Any], node_name: str) -> None:
        walk.handle(converter, walk.nodes[node_name], layers)
    return handle
