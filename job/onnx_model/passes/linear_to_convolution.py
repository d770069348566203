"""A Linear layer over the last axis of a map is a convolution of one pixel, whose bias is its own.

before: x [N,H,W,I] -> MatMul(w [I,O]) -> Add(b [O])
after:  x -> Transpose(0,3,1,2) -> Conv(w [O,I,1,1], b) -> Transpose(0,2,3,1)

The Transposes cost nothing once the map is converted; as a Gemm it would be reshaped before and after.
"""
from typing import Optional

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.fold_affine import constant_operand
from job.onnx_model.steps import Steps


def linear_to_convolution(graph: Graph) -> Graph:
    return rewritten(graph, _rule)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op == "MatMul":
        return _convolution(node, node, None, view)
    operand = constant_operand(node, view) if node.op == "Add" else None
    product = view.sole_maker(operand[0], "MatMul") if operand is not None else None
    if product is None or operand[1].shape != (view.shape(node.output) or ())[-1:]:
        return None
    return _convolution(node, product, operand[1], view)


def _convolution(node: Node, product: Node, bias: Optional[np.ndarray], view: View) -> Optional[Rewrite]:
    """In the place of the node: the product or, with a bias, the sum."""
    x, weight = product.inputs
    kernel, shape = view.constant(weight), view.shape(x)
    if kernel is None or kernel.ndim != 2 or shape is None or len(shape) != 4:
        return None
    steps = Steps(node, "convolution")
    steps.knows(x, shape)
    constants = [np.ascontiguousarray(kernel.T)[:, :, None, None]] + ([] if bias is None else [bias])
    inputs = [steps.channels_first(x)] + [steps.constant(each) for each in constants]
    layer = steps.add("Conv", inputs, (shape[0], kernel.shape[1]) + shape[1:3], kernel_shape=(1, 1))
    return steps.ending_in(steps.channels_last(layer))
