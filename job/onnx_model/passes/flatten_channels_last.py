"""A map that is flattened for a Gemm is flattened channels-last, and the Gemm's weights follow.

before: x [N,C,H,W] -> Reshape([N, C*H*W]) -> Relu -> Gemm(w)
after:  x -> Transpose(N,H,W,C) -> Reshape([N, H*W*C]) -> Relu -> Gemm(w with its columns in that order)

The Transpose costs nothing: the tensor is channels-last already once it is converted. Several Gemms that read the same,
the heads of a network, follow together.
"""
from typing import List, Optional

import numpy as np

from job.axes import channels_last, transposed_shape
from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.raise_reshapes import POINTWISE


def flatten_channels_last(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    weight = _weight(node, view)
    if weight is None:
        return None
    chain = _chain_to_reshape(node, view)
    if not chain:
        return None
    reshape = chain[0]
    shape, flat = view.shape(reshape.inputs[0]), view.shape(reshape.output)
    if shape is None or len(shape) < 3 or flat != (shape[0], int(np.prod(shape[1:]))) or _is_vector(shape):
        return None
    source = view.maker(reshape.inputs[0])
    if source is not None and source.op == "Transpose" and (
            len(shape) < 5 or source.attributes.get("perm") == channels_last(len(shape))):
        return None
    return _rewrite(node, view.users(node.inputs[0])[0], chain, weight, shape)


def _weight(node: Node, view: View) -> Optional[np.ndarray]:
    """[out, in] of a Gemm that is a linear layer."""
    return view.constant(node.inputs[1]) if node.op == "Gemm" and node.attributes == {"transB": 1} else None


def _chain_to_reshape(node: Node, view: View) -> List[Node]:
    """[Reshape, pointwise, pointwise, ...] above Gemms, nothing in it read by anyone else; or nothing."""
    chain = []  # type: List[Node]
    name = node.inputs[0]
    heads = view.users(name)
    if name in view.graph.outputs or any(_weight(head, view) is None or head.inputs[2:].count(name) for head in heads):
        return []
    while True:
        maker = view.sole_maker(name, "Reshape", *POINTWISE) if chain else view.maker(name)
        maker = maker if maker is not None and maker.op in ("Reshape",) + POINTWISE else None
        if maker is None:
            return []
        chain.insert(0, maker)
        if maker.op == "Reshape":
            return chain
        name = maker.inputs[0]


def _is_vector(shape) -> bool:
    """One pixel only, or one channel only: both orders are the same."""
    return shape[1] == 1 or int(np.prod(shape[2:])) == 1


def _rewrite(gemm: Node, first: Node, chain: List[Node], weight: np.ndarray, shape) -> Rewrite:
    """The chain anew before the first of the Gemms that read it, and the Gemm."""
    order = channels_last(len(shape))
    name, weight_name = first.output + ".channels_last", gemm.output + ".weight"
    transpose = Node("Transpose", chain[0].inputs[:1], (name,), {"perm": order}, chain[0].layer)
    names, nodes, shapes = {chain[0].inputs[0]: name}, [transpose], {name: transposed_shape(shape, order)}
    flat = (shape[0], int(np.prod(shape[1:])))
    for step in chain:
        output = "{}.{}".format(first.output, step.output)
        inputs = (names[step.inputs[0]],) + step.inputs[1:]
        nodes.append(step._replace(inputs=inputs, outputs=(output,)))
        names[step.output], shapes[output] = output, flat
    linear = gemm._replace(inputs=(names[gemm.inputs[0]], weight_name) + gemm.inputs[2:])
    maps = weight.reshape((len(weight),) + shape[1:]).transpose((0,) + order[1:])
    return Rewrite(tuple(nodes if gemm is first else []) + (linear,),
                   {weight_name: np.ascontiguousarray(maps).reshape(weight.shape)}, shapes)
