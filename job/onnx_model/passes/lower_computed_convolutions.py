"""A convolution whose weights are computed is a product with the patches under them: dynamic convolutions, modulated
ones of generators, and a template that is looked for in a map.

before: x [N,C,H,W], w [O,C,3,3] -> Conv
after:  x -> Slice x9 -> Concat -> [N*H*W,9*C], w -> [9*C,O] -> MatMul -> [N,O,H,W]

Where each channel is convolved alone (w [C,1,3,3]), it is a sum of nine products; a bias that is computed is added.
"""
from itertools import product
from typing import List, Optional

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.fold_constants import fold_constants
from job.onnx_model.steps import Steps
from job.values import Shape

MOST_TAPS = 1024


def lower_computed_convolutions(graph: Graph) -> Graph:
    """The map may be a constant, as generators begin with: then so are its patches."""
    lowered = rewritten(graph, _rule)
    return graph if lowered is graph else fold_constants(lowered)


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op != "Conv" or all(view.constant(name) is not None for name in node.inputs[1:]):
        return None
    shapes, after = [view.shape(name) for name in node.inputs], view.shape(node.output)
    if None in shapes or after is None or len(after) != 4:
        return None
    steps = Steps(node, "computed")
    x, weight, *bias = [steps.knows(name, shape) for name, shape in zip(node.inputs, shapes)]
    if view.constant(weight) is not None:
        y = steps.add("Conv", [x, weight], after, **node.attributes)  # type: Optional[str]
    else:
        y = _convolved(steps, node, x, weight, after)
    if y is None:
        return None
    return steps.ending_in(steps.add("Add", [y, steps.reshape(bias[0], (1, after[1], 1, 1))], after) if bias else y)


def _convolved(steps: Steps, node: Node, x: str, weight: str, after: Shape) -> Optional[str]:
    """None of large kernels, and of several groups with several channels each."""
    channels, (outputs, inputs, height, width) = steps.shape(x)[1], steps.shape(weight)
    if height * width > MOST_TAPS:
        return None
    if inputs == channels:
        return _product(steps, _patches(steps, node, x, weight, after), weight, after)
    if inputs == 1 and outputs == channels:
        return _sum_of_taps(steps, _patches(steps, node, x, weight, after), weight, after)
    return None


def _patches(steps: Steps, node: Node, x: str, weight: str, after: Shape) -> List[str]:
    """[N,C,H,W] of each tap of the kernel: what lies under it."""
    strides, dilations = (node.attributes.get(name, (1, 1)) for name in ("strides", "dilations"))
    pads = tuple(node.attributes.get("pads", (0,) * 4))
    batch, channels, height, width = steps.shape(x)
    if any(pads):
        padded = (batch, channels, height + pads[0] + pads[2], width + pads[1] + pads[3])
        x = steps.add("Pad", [x], padded, pads=(0, 0) + pads[:2] + (0, 0) + pads[2:])
    found = []
    for tap in product(*map(range, steps.shape(weight)[2:])):
        part = x
        for axis, place, stride, dilation, size in zip((2, 3), tap, strides, dilations, after[2:]):
            start = place * dilation
            part = steps.slice(part, axis, range(start, start + (size - 1) * stride + 1, stride))
        found.append(part)
    return found


def _product(steps: Steps, patches: List[str], weight: str, after: Shape) -> str:
    outputs, channels, height, width = steps.shape(weight)
    batch, _, rows, columns = after
    shared = height * width * channels
    side_by_side = steps.add("Concat", patches, (batch, shared, rows, columns), axis=1)
    left = steps.reshape(steps.channels_last(side_by_side), (batch * rows * columns, shared))
    right = steps.reshape(steps.channels_last(weight), (outputs, shared))
    y = steps.add("MatMul", [left, steps.transpose(right, (1, 0))], (batch * rows * columns, outputs))
    return steps.channels_first(steps.reshape(y, (batch, rows, columns, outputs)))


def _sum_of_taps(steps: Steps, patches: List[str], weight: str, after: Shape) -> str:
    channels, _, height, width = steps.shape(weight)
    kernel, terms = steps.reshape(weight, (1, channels, height, width)), []
    for part, (row, column) in zip(patches, product(range(height), range(width))):
        tap = steps.slice(steps.slice(kernel, 2, range(row, row + 1)), 3, range(column, column + 1))
        terms.append(steps.add("Mul", [part, tap], after))
    return steps.add("Sum", terms, after) if len(terms) > 1 else terms[0]
