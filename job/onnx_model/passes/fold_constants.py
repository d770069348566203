"""Shape arithmetic and everything else that depends on constants alone becomes a constant.

before: x -> Shape -> Gather -> Unsqueeze -> Concat -> Reshape(x, .)
after:  Reshape(x, [1, 512])
"""
from typing import Callable, Dict, List, Tuple

import numpy as np
from onnx import helper

from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph, Node, without_dead_nodes
from job.onnx_model.runtime import RUNTIME_ERRORS, run_graph
from job.values import Shape

RANDOM = ("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial")


def _diagonal(node: Node, shape: Shape, graph: Graph) -> np.ndarray:
    given = graph.dtypes.get(node.inputs[0], "float32")
    dtype = helper.mapping.TENSOR_TYPE_TO_NP_TYPE[node.attributes["dtype"]] if "dtype" in node.attributes else given
    return np.eye(*shape, k=node.attributes.get("k", 0), dtype=dtype)


_OF_SHAPE = {  # of a tensor whose values do not matter
    "EyeLike": _diagonal,
    "Shape": lambda node, shape, graph: np.array(shape, np.int64),
    "Size": lambda node, shape, graph: np.array(np.prod(shape), np.int64),
}  # type: Dict[str, Callable[[Node, Shape, Graph], np.ndarray]]


def fold_constants(graph: Graph) -> Graph:
    """ONNX Runtime itself evaluates what is folded, so every operator is folded with ONNX's own meaning."""
    constants = dict(graph.constants)
    pending, kept = [], []  # type: Tuple[List[Node], List[Node]]
    known = set(constants)
    for node in graph.nodes:
        shape = graph.shapes.get(node.inputs[0]) if node.op in _OF_SHAPE else None
        if shape is not None:
            constants[node.output] = _OF_SHAPE[node.op](node, shape, graph)
            known.add(node.output)
        elif node.op == "Transpose" and node.inputs[0] in constants:  # of a Linear, by the hundred megabytes: a view will do
            constants[node.output] = constants[node.inputs[0]].transpose(node.attributes.get("perm"))
            known.add(node.output)
        elif node.op not in RANDOM and all(name in known for name in node.inputs if name):
            pending.append(node)
            known.update(node.outputs)
        else:
            kept.append(node)
    if pending:
        constants.update(_evaluated(graph, tuple(pending), tuple(kept), constants))
    return without_dead_nodes(graph._replace(nodes=tuple(kept), constants=constants))


def _evaluated(graph: Graph, pending: Tuple[Node, ...], kept: Tuple[Node, ...],
               constants: Dict[str, np.ndarray]) -> Dict[str, np.ndarray]:
    wanted = {name for node in kept for name in node.inputs}.union(graph.outputs)
    outputs = tuple(name for node in pending for name in node.outputs if name in wanted)
    if not outputs:
        return {}
    part = without_dead_nodes(Graph(pending, (), outputs, constants, {}))
    try:
        return dict(zip(outputs, run_graph(part, ())))
    except RUNTIME_ERRORS as error:
        node = _first_failing(part)
        raise UnsupportedModel(["a form that ONNX does not allow: {} of constants at {}: {}".format(
            node.op, node.place, str(error).split("\n")[0])]) from error


def _first_failing(part: Graph) -> Node:
    for count, node in enumerate(part.nodes, 1):
        try:
            run_graph(part._replace(nodes=part.nodes[:count], outputs=tuple(filter(None, node.outputs))), ())
        except RUNTIME_ERRORS:
            break
    return node
