"""Layers: products, norms, pools, recurrent cells."""
from typing import Optional

import numpy as np

from job.onnx_model.decompositions.normalisation import mean, moments
from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.einsum import einstein_sum
from job.onnx_model.graph import Node, Rewrite, View
from job.onnx_model.grid_sampling import grid_sampled
from job.onnx_model.opsets.newer.attributes import constant_input, plain, rank_of, refused
from job.onnx_model.opsets.newer.registry import newer

_LONGEST_SUM = 1 << 12  # its triangle takes the square of that


@newer(14, "BatchNormalization")
def batch_norm(node: Node, view: View) -> Rewrite:
    return Rewrite((plain(node, training_mode=0),))


@newer(14, "GRU", "LSTM", "RNN")
def recurrent(node: Node, view: View) -> Rewrite:
    return Rewrite((plain(node, layout=0),))


@newer(11, "Gemm")
def gemm(node: Node, view: View) -> Optional[Rewrite]:
    """Its bias may be absent."""
    if len(node.inputs) == 3:
        return None
    columns = view.shape(node.inputs[1])[0 if node.attributes.get("transB", 0) else 1]
    name = node.output + ".bias"
    return Rewrite((node._replace(inputs=node.inputs + (name,)),), {name: np.zeros(columns, np.float32)})


@newer(12, "Einsum")
def einsum(node: Node, view: View) -> Rewrite:
    parts, equation = Parts(node, view), node.attributes["equation"]
    made = einstein_sum(parts.op, equation, node.inputs, [view.shape(name) for name in node.inputs])
    if made is None:
        raise refused(node, "attribute equation={} (a diagonal)".format(equation))
    return parts.ending(made)


@newer(16, "GridSample")
def grid_sample(node: Node, view: View) -> Rewrite:
    """`linear` is what opset 20 calls it."""
    said = dict({"mode": "bilinear", "padding_mode": "zeros", "align_corners": 0}, **node.attributes)
    if said["mode"] not in ("bilinear", "linear") or said["padding_mode"] not in ("zeros", "border") or rank_of(node, view) != 4:
        raise refused(node, "attributes mode={mode}, padding_mode={padding_mode}, of rank {rank}".format(
            rank=rank_of(node, view), **said))
    parts, (x, grid) = Parts(node, view), node.inputs
    made = grid_sampled(parts.op, x, grid, view.shape(x), said["padding_mode"] == "border", bool(said["align_corners"]))
    if made is None:
        raise refused(node, "of a map of more than 2^24 pixels")
    return parts.ending(made)


@newer(11, "CumSum")
def running_sum(node: Node, view: View) -> Rewrite:
    """A product with a triangle of ones, the axis brought to the end and back."""
    shape, parts = view.shape(node.inputs[0]), Parts(node, view)
    axis = int(constant_input(node, view, 1, "axis")) % len(shape)
    if shape[axis] > _LONGEST_SUM:
        raise refused(node, "of more than {} numbers".format(_LONGEST_SUM))
    ones, exclusive = np.ones((shape[axis],) * 2, view.dtype(node.inputs[0])), node.attributes.get("exclusive", 0)
    triangle = np.tril(ones, -exclusive) if node.attributes.get("reverse", 0) else np.triu(ones, exclusive)
    x = node.inputs[0] if len(shape) > 1 else parts.op("Reshape", node.inputs[0], np.array((1, -1), np.int64))
    order = list(range(max(len(shape), 2)))
    last = axis == len(shape) - 1
    order[axis], order[-1] = order[-1], order[axis]
    y = parts.op("MatMul", x if last else parts.op("Transpose", x, perm=tuple(order)), triangle)
    y = y if last else parts.op("Transpose", y, perm=tuple(order))
    return parts.ending(y if len(shape) > 1 else parts.op("Reshape", y, np.array((-1,), np.int64)))


@newer(14, "Trilu")
def triangle(node: Node, view: View) -> Rewrite:
    """Zero is chosen, not multiplied by: below it may be infinite."""
    shifted, shape, parts = constant_input(node, view, 1, "k"), view.shape(node.inputs[0]), Parts(node, view)
    half = np.triu if node.attributes.get("upper", 1) else np.tril
    kept = half(np.ones(shape[-2:], bool), 0 if shifted is None else int(shifted))
    return parts.ending(parts.op("Where", kept, node.inputs[0], np.zeros((), view.dtype(node.inputs[0]))))


@newer(17, "LayerNormalization")
def layer_norm(node: Node, view: View) -> Rewrite:
    if len(node.outputs) > 1:
        raise refused(node, "with its mean or deviation as an output")
    x, scale, bias = (node.inputs + ("",))[:3]
    rank, parts = rank_of(node, view), Parts(node, view)
    centred, variance = moments(parts, x, tuple(range(node.attributes.get("axis", -1) % rank, rank)))
    deviation = parts.op("Sqrt", parts.op("Add", variance, node.attributes.get("epsilon", 1e-5)))
    y = parts.op("Mul", parts.op("Div", centred, deviation), scale)
    return parts.ending(parts.op("Add", y, bias) if bias else y)


@newer(23, "RMSNormalization")
def root_mean_square_norm(node: Node, view: View) -> Rewrite:
    x, scale = node.inputs
    rank, parts = rank_of(node, view), Parts(node, view)
    square = mean(parts, parts.op("Mul", x, x), tuple(range(node.attributes.get("axis", -1) % rank, rank)), view.shape(x))
    root = parts.op("Sqrt", parts.op("Add", square, node.attributes.get("epsilon", 1e-5)))
    return parts.ending(parts.op("Mul", parts.op("Div", x, root), scale))


@newer(18, "GroupNormalization")
def group_norm(node: Node, view: View) -> Rewrite:
    """Channels have a scale and a bias each, in opset 18 each group: both are known by their number."""
    return _of_groups(node, view)


@newer(21, "GroupNormalization")
def group_norm_of_channels(node: Node, view: View) -> Rewrite:
    channels = view.shape(node.inputs[0])[1]
    for name, sizes in ((name, view.shape(name)) for name in node.inputs[1:]):
        if sizes != (channels,):
            raise refused(node, "of {} channels with a scale or bias of shape {}".format(channels, tuple(sizes)))
    return _of_groups(node, view)


def _of_groups(node: Node, view: View) -> Rewrite:
    shape, groups, parts = view.shape(node.inputs[0]), node.attributes["num_groups"], Parts(node, view)
    rows = parts.op("Reshape", node.inputs[0], np.array((0, groups, -1), np.int64))
    ones, zeros = np.ones(groups, np.float32), np.zeros(groups, np.float32)
    normal = parts.op("InstanceNormalization", rows, ones, zeros, epsilon=node.attributes.get("epsilon", 1e-5))
    y = parts.op("Reshape", normal, np.array((-1,) + tuple(shape[1:]), np.int64))
    for op, name in zip(("Mul", "Add"), node.inputs[1:]):
        value = view.constant(name)
        if value is None:
            raise refused(node, "scale and bias computed")
        each = np.repeat(value, shape[1] // value.size) if value.size != shape[1] else value
        y = parts.op(op, y, each.reshape((-1,) + (1,) * (len(shape) - 2)))
    return parts.ending(y)
