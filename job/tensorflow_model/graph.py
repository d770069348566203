"""The network as the Keras side hands it over, and its graph with nothing but the network in it."""
from typing import Any, Dict, List, Mapping, NamedTuple, Tuple

import numpy as np
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.types_pb2 import DT_FLOAT

from job.errors import StageFailed
from job.tensorflow_model.loops import Loop
from job.tensorflow_model.nodes import ancestors, producer

VARIABLE = "VariableV2"


class KerasGraph(NamedTuple):
    """A network in graph mode whose variables have no value yet but in `weights`; never pickled."""

    graph: Any  # tf.Graph
    inputs: Tuple[Any, ...]  # placeholders; the op's name is the published name; channels-last
    outputs: Tuple[Any, ...]  # Identity ops; the op's name is the published name
    weights: Mapping[str, np.ndarray]  # a VariableV2's name -> its value, in the variable's own layout
    loops: Tuple[Loop, ...] = ()


class Variable(NamedTuple):
    """A float32 variable of the network and the Identity that reads it."""

    name: str
    read: str
    value: np.ndarray


class Network(NamedTuple):
    """Just the network: what the outputs need, and the inputs, in the order they were made."""

    graph_def: GraphDef  # no initialiser, no assignment
    variables: Tuple[Variable, ...]  # by name


def lean_network(model: KerasGraph) -> Network:
    """Cuts the network out of the graph, which stays as it is.

    Raises StageFailed where a variable has no value of its own dtype and shape or is used without a read.
    """
    everything = model.graph.as_graph_def()
    wanted = ancestors({each.name: each.input for each in everything.node},
                       [tensor.op.name for tensor in model.outputs + model.inputs])
    graph_def = GraphDef(versions=everything.versions)
    graph_def.node.extend(node for node in everything.node if node.name in wanted)
    for node in graph_def.node:
        node.attr.pop("_class", None)  # "placed with its variable": nothing here runs on two devices
    reads = _reads(graph_def)
    _check_weights(graph_def, reads, model.weights)
    variables = tuple(Variable(name, reads[name], model.weights[name]) for name in sorted(reads))
    return Network(graph_def, variables)


def _reads(graph_def: GraphDef) -> Dict[str, str]:
    """The name of the first read of every variable."""
    names = {node.name for node in graph_def.node if node.op == VARIABLE}
    reads = {}  # type: Dict[str, str]
    for node in graph_def.node:
        if node.op == "Identity" and node.input[0] in names:
            reads.setdefault(node.input[0], node.name)
    return reads


def _check_weights(graph_def: GraphDef, reads: Mapping[str, str], weights: Mapping[str, np.ndarray]) -> None:
    problems = []
    for node in graph_def.node:
        if node.op == VARIABLE:
            problems.extend(_variable_problems(node, reads, weights))
        elif node.op != "Identity":
            problems.extend("{} {} uses variable {} without a read".format(node.op, node.name, name)
                            for name in node.input if producer(name) in reads)
    if problems:
        raise StageFailed("the Keras graph and its weights disagree: " + "; ".join(problems),
                          hint="this is a bug of the conversion: please report it", stage="keras")


def _variable_problems(node: Any, reads: Mapping[str, str], weights: Mapping[str, np.ndarray]) -> List[str]:
    if node.name not in reads:
        return ["variable {} is never read".format(node.name)]
    if node.name not in weights:
        return ["variable {} has no value".format(node.name)]
    value = weights[node.name]
    shape = tuple(dim.size for dim in node.attr["shape"].shape.dim)
    if node.attr["dtype"].type == DT_FLOAT and value.dtype == np.float32 and value.shape == shape:
        return []
    return ["variable {} has shape {}, its value is {} {}, and both must be float32".format(
        node.name, list(shape), value.dtype.name, list(value.shape))]
