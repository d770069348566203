"""What one forward costs."""
from typing import Dict

import numpy as np

from job.onnx_model.graph import Graph, Node, View
from job.recurrence import CELLS

_STEP = 8  # operators, about, that the state of a recurrent layer passes through from one step to the next


def multiply_adds(graph: Graph) -> int:
    """Multiplications with a weight in one forward at the graph's input shapes."""
    view = View(graph)
    return sum(_of_node(node, view) for node in graph.nodes)


def _of_node(node: Node, view: View) -> int:
    if node.op in CELLS:
        return _of_steps(node, view)
    if node.op not in ("Conv", "ConvTranspose", "Gemm", "MatMul"):
        return 0
    weight, output = view.shape(node.inputs[1]), view.shape(node.output)
    if weight is None or output is None:
        return 0
    if node.op == "Conv":
        return int(np.prod(output) * np.prod(weight[1:]))
    if node.op == "ConvTranspose":
        return int(np.prod(view.shape(node.inputs[0]) or (0,)) * np.prod(weight[1:]))
    inner = view.shape(node.inputs[0])[-1]
    return int(np.prod(output) * inner)


def _of_steps(node: Node, view: View) -> int:
    """All weights of both kinds, for each element of the batch at each step."""
    shapes = [view.shape(name) for name in node.inputs[:3]]
    if None in shapes:
        return 0
    return int(np.prod(shapes[0][:2]) * sum(np.prod(shape) for shape in shapes[1:]))


def longest_path(graph: Graph) -> int:
    """The most operators that an input passes through on its way to an output."""
    view, lengths = View(graph), {}  # type: View, Dict[str, int]
    for node in graph.nodes:
        before = max([lengths.get(name, 0) for name in node.inputs] or [0])
        lengths.update((name, before + _passed_through(node, view)) for name in node.outputs)
    return max([lengths.get(name, 0) for name in graph.outputs] or [0])


def _passed_through(node: Node, view: View) -> int:
    if node.op in CELLS and view.shape(node.inputs[0]):
        return _STEP * view.shape(node.inputs[0])[0]
    return int(node.op != "Identity")
