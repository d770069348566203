"""The Keras model of a checkpoint; of one whose network has been built for another, without walking it again.

The walk is shown weights that are not there. Where it looked at none, what it laid is right for all weights of these shapes,
and each variable is a part of one of them.
"""
from typing import Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef

from job.alignment import all_aligned
from job.axes import Order
from job.keras_model.unseen import Part, Unseen
from job.keras_model.walk import KerasModel, keras_model_from_onnx, walked
from job.onnx_model.graph import Graph
from job.onnx_model.protobuf import Place, protobuf_from_graph
from job.processes.shared_values import Known
from job.tensorflow_model.graph import KerasGraph

_WEIGHTS = {"Conv": (1, 2), "ConvTranspose": (1, 2), "Gemm": (1, 2), "MatMul": (1,)}  # their places among an operator's inputs
_MOST_IN_COMMON = 2 ** 16  # bytes of other constants: of more, some are trained


class Plan(NamedTuple):
    """What a walk laid, for weights of any values."""

    graph_def: bytes
    inputs: Tuple[str, ...]  # tensors
    outputs: Tuple[Tuple[str, Tuple[Optional[int], ...]], ...]  # and their shapes
    variables: Mapping[str, Tuple[str, Part]]  # of which constant each is which part
    batch_fixed_by: str
    tensors: Mapping[str, Tuple[str, Order]]

    def model(self, constants: Mapping[str, np.ndarray]) -> KerasModel:
        parts = {name: part.of(constants[constant]) for name, (constant, part) in self.variables.items()}
        weights = all_aligned(parts)
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(GraphDef.FromString(self.graph_def), name="")
        inputs = tuple(map(graph.get_tensor_by_name, self.inputs))
        outputs = tuple(graph.get_tensor_by_name(name) for name, _ in self.outputs)
        for tensor, (_, shape) in zip(outputs, self.outputs):
            tensor.set_shape(shape)
        return KerasModel(KerasGraph(graph, inputs, outputs, weights), self.batch_fixed_by, self.tensors)


def keras_model(graph: Graph, known: Known = Known()) -> KerasModel:
    """Of a canonical graph that preflight has passed."""
    made_from = _all_but_weights(graph) if known.keeps else None
    plan = known.value(made_from, lambda: plan_of(graph)) if made_from else None
    return plan.model(graph.constants) if plan else keras_model_from_onnx(graph)


def plan_of(graph: Graph) -> Optional[Plan]:
    """None where the walk looks at a weight, or makes another of it."""
    try:
        unseen = Unseen({name: graph.constants[name].shape for name in _weights_of(graph)})
    except OSError:  # the process may not have so many addresses
        return None
    laid = walked(graph._replace(constants={**graph.constants, **unseen.arrays}))
    variables = {name: unseen.part(value) for name, value in laid.network.weights.items()}
    if laid.network.loops or None in variables.values() or unseen.is_seen():
        return None
    return Plan(laid.network.graph.as_graph_def().SerializeToString(), tuple(tensor.name for tensor in laid.network.inputs),
                tuple((tensor.name, tuple(tensor.shape.as_list())) for tensor in laid.network.outputs), variables,
                laid.batch_fixed_by, laid.tensors)


def _all_but_weights(graph: Graph) -> Optional[Sequence[bytes]]:
    """None of networks that hardly have the rest in common."""
    weights = frozenset(_weights_of(graph))
    rest = sum(value.nbytes for name, value in graph.constants.items() if name not in weights)
    if not weights or rest > _MOST_IN_COMMON:
        return None
    places = {name: Place("", 0, 0) for name in weights}
    return b"keras", protobuf_from_graph(graph, places).SerializeToString(deterministic=True)


def _weights_of(graph: Graph) -> Sequence[str]:
    """The constants that nothing reads but as a layer's weights."""
    weights, others = set(), set(graph.outputs)
    for node in graph.nodes:
        for place, name in enumerate(node.inputs):
            (weights if place in _WEIGHTS.get(node.op, ()) else others).add(name)
    return [name for name, value in graph.constants.items()
            if name in weights - others and value.dtype == np.float32 and value.ndim]
