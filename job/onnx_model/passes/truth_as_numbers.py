"""Truth values are moved as numbers: TensorFlow Lite 1.14 joins, cuts and picks no others.

before: c (bool) -> Slice
after:  c -> Cast(float32) -> Slice -> Cast(bool)
"""
from typing import Optional

from onnx import TensorProto

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten

_MOVED = {"Concat": None, "Expand": 1, "Gather": 1, "Slice": 1, "Split": 1}  # how many inputs are data; None: all


def truth_as_numbers(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op not in _MOVED or view.dtype(node.inputs[0]) != "bool":
        return None
    data = node.inputs[:_MOVED[node.op]]
    numbers = ["{}.number_{}".format(node.output, place) for place in range(len(data))]
    results = ["{}.number".format(name) for name in node.outputs]
    before = [Node("Cast", (name,), (number,), {"to": TensorProto.FLOAT}, node.layer) for name, number in zip(data, numbers)]
    after = [Node("Cast", (result,), (name,), {"to": TensorProto.BOOL}, node.layer)
             for result, name in zip(results, node.outputs)]
    moved = node._replace(inputs=tuple(numbers) + node.inputs[len(data):], outputs=tuple(results))
    shapes = {new: view.shape(name) for name, new in zip(data + node.outputs, numbers + results)}
    return Rewrite(tuple(before) + (moved,) + tuple(after), {}, {new: shape for new, shape in shapes.items() if shape})
