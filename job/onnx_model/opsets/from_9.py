"""Opset 9 -> 10: Slice and TopK read from inputs what were attributes, and Upsample is called Resize."""
from typing import Dict

import numpy as np

from job.onnx_model.graph import Node, Rewrite, View, without
from job.onnx_model.opsets.registry import upgrades


@upgrades(9, "Slice")
def slice_inputs(node: Node, view: View) -> Rewrite:
    starts, ends = node.attributes["starts"], node.attributes["ends"]
    axes = node.attributes.get("axes", range(len(starts)))
    return _with_inputs(node, {"starts": starts, "ends": ends, "axes": axes})


@upgrades(9, "TopK")
def top_k_input(node: Node, view: View) -> Rewrite:
    return _with_inputs(node, {"k": [node.attributes["k"]]})


@upgrades(9, "Upsample")
def resize(node: Node, view: View) -> Rewrite:
    return Rewrite((node._replace(op="Resize"),))


def _with_inputs(node: Node, values: Dict[str, object]) -> Rewrite:
    """Integer constants behind the first input, in place of the attributes of their names."""
    constants = {"{}.{}".format(node.output, name): np.array(value, np.int64) for name, value in values.items()}
    attributes = without(node.attributes, *values)
    return Rewrite((node._replace(inputs=node.inputs[:1] + tuple(constants), attributes=attributes),), constants)
