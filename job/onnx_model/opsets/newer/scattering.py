"""What is written or brought together at places that indices tell."""
from typing import Optional

import numpy as np

from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Node, Rewrite, View, without
from job.onnx_model.opsets.newer.attributes import constant_input, refused
from job.onnx_model.opsets.newer.indices import indices_of, places_of, rows_of, steps_of
from job.onnx_model.opsets.newer.registry import newer
from job.onnx_model.scattering import REDUCTIONS, added_where, brought_together
from job.values import Shape, elements


@newer(11, "ScatterND")
def scatter_nd(node: Node, view: View) -> Rewrite:
    """Where the places are constants: of the rows of both, one behind the other, the later stand at these places."""
    shape, parts, reduction = view.shape(node.inputs[0]), Parts(node, view), _reduction(node, view)
    if reduction == "none":
        constant_input(node, view, 1, "indices")
    count = view.shape(node.inputs[1])[-1]
    size, row = elements(shape[:count]), shape[count:]
    told = indices_of(node, view, parts, shape[:count]).times(steps_of(shape[:count])).summed().whole()
    data, updates = (rows_of(name, row, parts) for name in node.inputs[::2])
    if reduction == "none":
        order = np.arange(size)
        order[told.reshape(-1)] = size + np.arange(told.size)
        made = parts.op("Gather", parts.op("Concat", data, updates, axis=0), order, axis=0)
    elif isinstance(told, np.ndarray):
        made = brought_together(parts.op, _unless_zeros(node, view, data, reduction), updates, told.reshape(-1), 0,
                                (size,) + row, reduction)
    else:
        _refuse_unless_added(node)
        made = added_where(parts.op, _unless_zeros(node, view, data, reduction), updates, told, 0, (size,) + row,
                           elements(view.shape(node.inputs[1])[:-1]), True)
    return parts.ending(parts.op("Reshape", _possible(node, made), np.array(shape, np.int64)))


@newer(11, "ScatterElements")
def scatter_elements(node: Node, view: View) -> Rewrite:
    reduction, shape = _reduction(node, view), view.shape(node.inputs[0])
    if reduction == "none":
        return Rewrite((node._replace(op="Scatter", attributes=without(node.attributes, "reduction")),))
    axis, parts = node.attributes.get("axis", 0) % len(shape), Parts(node, view)
    told, theirs = indices_of(node, view, parts, shape[axis]).whole(), view.shape(node.inputs[1])
    data, updates = _unless_zeros(node, view, node.inputs[0], reduction), node.inputs[2]
    if not isinstance(told, np.ndarray):
        if theirs[:axis] + theirs[axis + 1:] != shape[:axis] + shape[axis + 1:]:
            raise refused(node, "of a part by computed indices")
        _refuse_unless_added(node)
        return parts.ending(_possible(node, added_where(parts.op, data, updates, told, axis, shape, theirs[axis], False)))
    lines = np.moveaxis(told, axis, 0).reshape(told.shape[axis], -1)
    if shape[:axis] + shape[axis + 1:] == theirs[:axis] + theirs[axis + 1:] and (lines == lines[:, :1]).all():
        return parts.ending(_possible(node, brought_together(
            parts.op, data, updates, lines[:, 0], axis, shape, reduction)))
    own = np.indices(told.shape)
    own[axis] = told
    row = np.array([-1], np.int64)
    made = _possible(node, brought_together(
        parts.op, data and parts.op("Reshape", data, row), parts.op("Reshape", updates, row),
        places_of(own, steps_of(shape)).reshape(-1), 0, (elements(shape),), reduction))
    return parts.ending(parts.op("Reshape", made, np.array(shape, np.int64)))


def _reduction(node: Node, view: View) -> str:
    reduction = node.attributes.get("reduction", "none")
    if reduction not in ("none", *REDUCTIONS):
        raise refused(node, "attribute reduction={}".format(reduction))
    if reduction != "none" and view.dtype(node.inputs[0]) != "float32":
        raise refused(node, "attribute reduction={} of whole numbers".format(reduction))
    return reduction


def _unless_zeros(node: Node, view: View, data: str, reduction: str) -> Optional[str]:
    known = view.constant(node.inputs[0])
    return None if reduction == "add" and known is not None and not known.any() else data


def _refuse_unless_added(node: Node) -> None:
    if node.attributes["reduction"] != "add":
        raise refused(node, "attribute reduction={} by computed indices".format(node.attributes["reduction"]))


def _possible(node: Node, made: Optional[str]) -> str:
    if made is None:
        raise refused(node, "of so many elements")
    return made


@newer(24, "TensorScatter")
def written_into_cache(node: Node, view: View) -> Rewrite:
    """Each of a batch has a place of its own where what is new begins; behind the last of all places comes the first."""
    shape, new, parts = view.shape(node.inputs[0]), view.shape(node.inputs[1]), Parts(node, view)
    axis, told = node.attributes.get("axis", -2) % len(shape), constant_input(node, view, 2, "write_indices")
    begins = np.zeros(shape[0], np.int64) if told is None else told.reshape(-1)
    places = begins[:, None] + np.arange(new[axis])
    if node.attributes.get("mode", "linear") == "circular":
        places = places % shape[axis]
    if axis == 0 or new[axis] > shape[axis] or places.min() < 0 or places.max() >= shape[axis] or len(places) != shape[0]:
        raise refused(node, "of {} at {} of {} places".format(new[axis], begins.tolist()[:4], shape[axis]))
    order = np.tile(np.arange(shape[axis]), (shape[0], 1))
    np.put_along_axis(order, places, shape[axis] + np.arange(new[axis])[None], 1)
    both = parts.op("Concat", *node.inputs[:2], axis=axis)
    if (order == order[0]).all():
        return parts.ending(parts.op("Gather", both, order[0], axis=axis))
    return parts.ending(_picked_of_each(parts, both, order, shape[:axis] + (shape[axis] + new[axis],) + shape[axis + 1:], axis))


def _picked_of_each(parts: Parts, x: str, order: np.ndarray, shape: Shape, axis: int) -> str:
    """Of each of a batch, in an order of its own, as rows that all lie one behind the other."""
    perm = (0, axis) + tuple(each for each in range(1, len(shape)) if each != axis)
    rows = rows_of(parts.op("Transpose", x, perm=perm), tuple(shape[each] for each in perm[2:]), parts)
    picked = parts.op("Gather", rows, order + np.arange(shape[0])[:, None] * shape[axis], axis=0)
    return parts.op("Transpose", picked, perm=tuple(np.argsort(perm).tolist()))
