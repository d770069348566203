"""Operators as an older opset says them -> as the canonical opset does: one module for each step."""
from job.onnx_model.graph import Graph, swept, without_dead_nodes
from job.onnx_model.opsets import from_6, from_8, from_9  # noqa: F401  (they register themselves)
from job.onnx_model.opsets.registry import UPGRADES
from job.onnx_model.protobuf import OPSET


def upgraded(graph: Graph, opset: int) -> Graph:
    """The same graph, said in the canonical opset."""
    for step in range(opset, OPSET):
        rules = UPGRADES.get(step, {})
        graph = swept(graph, lambda node, view: rules[node.op](node, view) if node.op in rules else None)
    return without_dead_nodes(graph)
