"""A recurrent layer is told no lengths where every sequence is as long as the tensor.

before: x [T,N,I], lengths [N], all T -> LSTM -> y
after:  x -> LSTM -> y
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.fold_constants import fold_constants
from job.recurrence import CELLS

_LENGTHS = 4  # which input


def whole_sequences(graph: Graph) -> Graph:
    """First states of zeros are made by the shape of what a layer reads, which by now is known: they are constants."""
    if not any(node.op in CELLS for node in graph.nodes):
        return graph
    return fold_constants(rewritten(graph, _rule))


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op not in CELLS or len(node.inputs) <= _LENGTHS or not node.inputs[_LENGTHS]:
        return None
    lengths, shape = view.constant(node.inputs[_LENGTHS]), view.shape(node.inputs[0])
    if lengths is None or shape is None or not np.all(lengths == shape[0]):
        return None
    inputs = node.inputs[:_LENGTHS] + ("",) + node.inputs[_LENGTHS + 1:]
    return Rewrite((node._replace(inputs=inputs),))
