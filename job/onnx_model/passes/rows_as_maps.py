"""What stands between convolutions along one axis is done on their maps of height one: no Reshape is left between them.

before: map [N,C,1,L] -> Reshape([N,C,L]) -> Sigmoid -> Mul(., its like) -> Reshape([N,C,1,L])
after:  map -> Sigmoid -> Mul
"""
from typing import Dict, Mapping, Optional, Tuple

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.merge_reshapes import merge_reshapes
from job.onnx_model.passes.raise_rank import with_height
from job.onnx_model.passes.raise_reshapes import POINTWISE

_OPS = ("Add", "Sub", "Mul", "Div", "Max", "Min", "BatchNormalization", "PRelu", "Concat", "Split", "Slice",
        "Gather", "Pad") + POINTWISE
_READS_ONE = ("BatchNormalization", "Split", "Slice", "Gather", "Pad")  # whose other inputs are no rows
_AXES_OF_SLICE = 3  # the place of that input


def rows_as_maps(graph: Graph) -> Graph:
    return merge_reshapes(rewritten(graph, _rule))


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    shapes = [view.shape(name) for name in node.outputs]
    if node.op not in _OPS or any(shape is None or len(shape) != 3 for shape in shapes):
        return None
    rows = node.inputs[:1] if node.op in _READS_ONE else node.inputs
    maps = {name: _map_of(name, view) for name in rows if view.constant(name) is None}
    if not maps or not all(maps.values()) or not all(_all_on_maps(name, view) for name in maps):
        return None
    inputs, constants = _inputs(node, rows, maps, view)
    results = tuple(name + ".on_map" for name in node.outputs)
    moved = node._replace(inputs=inputs, outputs=results, attributes=_attributes(node))
    back = tuple(Node("Reshape", (result, name + ".as_rows"), (name,), {}, node.layer)
                 for result, name in zip(results, node.outputs))
    constants.update((name + ".as_rows", np.array(shape, np.int64)) for name, shape in zip(node.outputs, shapes))
    return Rewrite((moved,) + back, constants, dict(zip(results, map(with_height, shapes))))


def _map_of(name: str, view: View) -> str:
    """The map of height one whose rows these are, '' if they are of none."""
    maker, shape = view.maker(name), view.shape(name)
    if maker is None or maker.op != "Reshape" or shape is None or len(shape) != 3:
        return ""
    return maker.inputs[0] if view.shape(maker.inputs[0]) == with_height(shape) else ""


def _all_on_maps(name: str, view: View) -> bool:
    """Whether all that reads these rows may read the map: else they would be made all the same."""
    return name not in view.graph.outputs and all(
        user.op in _OPS or user.op == "Reshape" and view.shape(user.output) == with_height(view.shape(name))
        for user in view.users(name))


def _inputs(node: Node, rows: Tuple[str, ...], maps: Mapping[str, str],
            view: View) -> Tuple[Tuple[str, ...], Dict[str, np.ndarray]]:
    """Maps in the place of rows, constants beside them with a height too, and axes where they are in a map."""
    constants = {}
    for place, name in enumerate(rows):
        if name not in maps and view.constant(name).ndim > 1:
            raised = "{}.beside_{}".format(node.output, place)
            constants[raised] = np.expand_dims(view.constant(name), -2)
            maps = dict(maps, **{name: raised})
    if node.op == "Slice":
        axes, name = view.constant(node.inputs[_AXES_OF_SLICE]), node.output + ".axes"
        constants[name] = np.array([_on_map(axis) for axis in axes.tolist()], np.int64)
        maps = dict(maps, **{node.inputs[_AXES_OF_SLICE]: name})
    return tuple(maps.get(name, name) for name in node.inputs), constants


def _attributes(node: Node) -> Mapping[str, object]:
    if node.op == "Pad":
        pads = node.attributes["pads"]
        return dict(node.attributes, pads=pads[:2] + (0,) + pads[2:5] + (0,) + pads[5:])
    axis = node.attributes.get("axis", 0 if node.op in ("Split", "Gather") else None)
    return node.attributes if axis is None else dict(node.attributes, axis=_on_map(axis))


def _on_map(axis: int) -> int:
    """Where an axis of rows is in their map."""
    return axis % 3 + (axis % 3 == 2)
