"""What one forward costs."""
from typing import Dict

import numpy as np

from job.onnx_model.graph import Graph, Node, View


def multiply_adds(graph: Graph) -> int:
    """Multiplications with a weight in one forward at the graph's input shapes."""
    view = View(graph)
    return sum(_of_node(node, view) for node in graph.nodes)


def _of_node(node: Node, view: View) -> int:
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


def longest_path(graph: Graph) -> int:
    """The most operators that an input passes through on its way to an output."""
    lengths = {}  # type: Dict[str, int]
    for node in graph.nodes:
        before = max([lengths.get(name, 0) for name in node.inputs] or [0])
        lengths.update((name, before + (node.op != "Identity")) for name in node.outputs)
    return max([lengths.get(name, 0) for name in graph.outputs] or [0])
