"""A Reshape [N,C] -> [N,C,1,1] moves up through what treats both alike; a Gemm becomes a 1x1 Conv.

before: ReduceMean(keepdims=0) -> Gemm -> Relu -> Gemm -> Reshape([N,C,1,1])
after:  ReduceMean(keepdims=1) -> Conv 1x1 -> Relu -> Conv 1x1
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.merge_reshapes import merge_reshapes

POINTWISE = ("Relu", "Clip", "Sigmoid", "Tanh", "LeakyRelu", "Elu", "Selu", "HardSigmoid", "Softplus", "Abs",
             "Neg", "Exp", "Sqrt", "Identity")


def raise_reshapes(graph: Graph) -> Graph:
    return merge_reshapes(rewritten(graph, _rule))


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "Reshape":
        return None
    flat, mapped = view.shape(node.inputs[0]), view.shape(node.output)
    if flat is None or len(flat) != 2 or mapped != flat + (1, 1):
        return None
    source = view.sole_maker(node.inputs[0], "Gemm", "Add", "Mul", *POINTWISE)
    if source is None:
        return None
    if source.op == "Gemm":
        return _convolution(node, source, view)
    if source.op in ("Add", "Mul"):
        return _raised_binary(node, source, view)
    return _raised(node, source, view)


def _raised(node: Node, source: Node, view: View) -> Rewrite:
    """Swaps the Reshape and the operator above it."""
    shape = view.shape(source.inputs[0]) + (1, 1)
    name, target = node.output + ".raised", node.output + ".raised.shape"
    inputs = tuple(name if item == source.inputs[0] else item for item in source.inputs)
    return Rewrite((Node("Reshape", (source.inputs[0], target), (name,), {}, node.layer),
                    source._replace(inputs=inputs, outputs=node.outputs)),
                   {target: np.array(shape, np.int64)}, {name: shape})


def _raised_binary(node: Node, source: Node, view: View) -> Optional[Rewrite]:
    """Only with a constant scalar: any other operand would need a shape of its own."""
    operand = view.constant(source.inputs[1])
    if operand is None or operand.size != 1 or operand.ndim > 1:
        return None
    return _raised(node, source, view)


def _convolution(node: Node, gemm: Node, view: View) -> Optional[Rewrite]:
    weight, bias = (view.constant(name) for name in gemm.inputs[1:])
    if weight is None or bias is None or bias.shape != weight.shape[:1] or gemm.attributes != {"transB": 1}:
        return None
    kernel = node.output + ".weight"
    raised = _raised(node, gemm, view)
    reshape, moved = raised.nodes
    attributes = {"kernel_shape": (1, 1), "strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
    inputs = (moved.inputs[0], kernel) + moved.inputs[2:]
    conv = Node("Conv", inputs, moved.outputs, attributes, gemm.layer)
    return Rewrite((reshape, conv), dict(raised.constants, **{kernel: weight.reshape(weight.shape + (1, 1))}),
                   raised.shapes)
