"""Limits of whole numbers for ONNX Runtime, whose Max, Min and Clip take fractions alone in the canonical opset.

before: places, 5 (int64) -> Min
after:  places, 5 -> Less, with both -> Where
"""
from typing import Optional

import numpy as np

from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Graph, Node, Rewrite, View, swept
from job.onnx_model.whole_numbers import EXACT

_WHOLE = ("int64", "int32")
_WHERE = {"Max": "Greater", "Min": "Less"}  # the first is taken
_ENDS = (("min", "Max", np.ceil), ("max", "Min", np.floor))  # of a Clip, and the whole number that each limits at


def limits_as_choices(graph: Graph) -> Graph:
    """The same numbers, whatever their size."""
    return swept(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    """An output's type is not known yet while shapes are inferred."""
    if node.op not in ("Max", "Min", "Clip") or view.dtype(node.inputs[0]) not in _WHOLE:
        return None
    ends = [(op, nearest(node.attributes[end])) for end, op, nearest in _ENDS if end in node.attributes]
    if any(abs(end) > EXACT for _, end in ends):
        return None
    parts, dtype, (result, *others) = Parts(node, view), view.dtype(node.inputs[0]), node.inputs
    for op, limit in [(node.op, other) for other in others] + [(op, np.array(end, dtype)) for op, end in ends]:
        result = parts.op("Where", parts.op(_WHERE[op], result, limit), result, limit)
    return None if result == node.inputs[0] else parts.ending(result)
