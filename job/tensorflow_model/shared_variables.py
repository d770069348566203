"""Layers that share their weights share a variable: a network that goes 16 times through one layer has it once."""
from typing import Dict

from tensorflow.core.framework.graph_pb2 import GraphDef

from job.tensorflow_model.graph import VARIABLE, Network, Variable


def with_shared_variables(network: Network) -> Network:
    """Of variables whose value is one and the same array the first is left, and read in the place of the others."""
    first = {}  # type: Dict[int, Variable]
    kept = {variable.name: first.setdefault(id(variable.value), variable).name for variable in network.variables}
    if len(first) == len(kept):
        return network
    graph_def = GraphDef(versions=network.graph_def.versions)
    for node in network.graph_def.node:
        if node.op == VARIABLE and kept[node.name] != node.name:
            continue
        graph_def.node.extend([node])
        if node.op == "Identity" and node.input[0] in kept:
            graph_def.node[-1].input[0] = kept[node.input[0]]
    return Network(graph_def, tuple(variable for variable in network.variables if kept[variable.name] == variable.name))
