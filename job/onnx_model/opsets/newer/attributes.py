"""Inputs that were attributes, and attributes that the canonical opset has no name for."""
from typing import Any, Optional, Tuple

import numpy as np

from job.errors import UnsupportedModel
from job.onnx_model.graph import Node, View, without


def refused(node: Node, what: str) -> UnsupportedModel:
    return UnsupportedModel(["{} {} at {}".format(node.op, what, node.place)])


def constant_input(node: Node, view: View, place: int, name: str) -> Optional[np.ndarray]:
    """The value of an input, None where it is absent; UnsupportedModel where it is computed from the network's inputs."""
    if place >= len(node.inputs) or not node.inputs[place]:
        return None
    value = view.constant(node.inputs[place])
    if value is None:
        raise refused(node, "input {} computed".format(name))
    return value


def integers_input(node: Node, view: View, place: int, name: str) -> Optional[Tuple[int, ...]]:
    value = constant_input(node, view, place, name)
    return None if value is None else tuple(int(each) for each in value.reshape(-1))


def plain(node: Node, **defaults: Any) -> Node:
    """Without newer attributes, each of which must say what the canonical opset means anyway."""
    for name, default in defaults.items():
        value = node.attributes.get(name, default)
        if value != default:
            raise refused(node, "attribute {}={}".format(name, value))
    return node._replace(attributes=without(node.attributes, *defaults))


def with_attributes(node: Node, **values: Any) -> Node:
    return node._replace(attributes=dict(node.attributes, **values))


def rank_of(node: Node, view: View) -> int:
    return len(view.shape(node.inputs[0]))
