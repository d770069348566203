"""Attributes as ONNX says them, each with the TensorFlow Lite operators that it must cost and no more.

Many of them PyTorch 1.1 never writes, or never writes so. A converter that forgets one gives other answers,
or other operators.
"""
from typing import Any, Callable, Mapping, NamedTuple, Tuple

import numpy as np

from job.onnx_model.graph import Graph
from tests.passes.small_graphs import MAP, drawn, graph, node, whole


class Row(NamedTuple):
    id: str
    graph: Callable[[], Graph]
    operators: str            # of the .tflite, in the order they run
    batch_is_free: bool = True


def one(op: str, operators: str, inputs: str = "x", outputs: str = "y", shape: Tuple[int, ...] = MAP,
        free: bool = True, constants: Mapping[str, np.ndarray] = {}, id: str = "", **attributes: Any) -> Row:
    """A single node."""
    said = ", ".join("{}={}".format(*item) for item in sorted(attributes.items()))
    return Row("{} {}".format(op, id or said or "as it is"),
               lambda: graph(node(op, inputs, outputs, **attributes), outputs=outputs, constants=constants,
                             inputs={"x": shape}), operators, free)


def _then_pool(op: str, operators: str, inputs: str = "x", constants: Mapping[str, np.ndarray] = {},
               before: Tuple[Any, ...] = (), id: str = "", **attributes: Any) -> Row:
    """A padded pool after it: with zeros where it leaves nothing negative, else with the lowest number."""
    pool = node("MaxPool", "mid", "y", kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 0, 0))
    said = ", ".join("{}={}".format(*item) for item in sorted(attributes.items()))
    return Row("a pool after {} {}".format(op, id or said).strip(),
               lambda: graph(*before, node(op, inputs, "mid", **attributes), pool, constants=constants,
                             inputs={"x": MAP}), operators + " MAX_POOL_2D")


def several(id: str, operators: str, *nodes: Any, outputs: str = "y", free: bool = True,
            constants: Mapping[str, np.ndarray] = {}, **shapes: Tuple[int, ...]) -> Row:
    """Nodes in a row, inputs by name."""
    return Row(id, lambda: graph(*nodes, outputs=outputs, constants=constants, inputs=shapes or {"x": MAP}),
               operators, free)


SCALE, SHIFT = np.full((6, 1, 1), 0.5, np.float32), np.full((6, 1, 1), -0.5, np.float32)
POSITIVE = (node("Abs", "x", "p"),)

SIGNS = [
    _then_pool("Relu", "RELU PAD"),
    _then_pool("Sigmoid", "LOGISTIC PAD"),
    _then_pool("Exp", "EXP PAD"),
    _then_pool("Abs", "ABS PAD"),
    _then_pool("Tanh", "TANH PADV2"),
    _then_pool("Neg", "NEG PADV2"),
    _then_pool("Sin", "SIN PADV2"),
    _then_pool("Cos", "COS PADV2"),
    _then_pool("Floor", "FLOOR PADV2"),
    _then_pool("Ceil", "CEIL PADV2"),
    _then_pool("Sqrt", "ABS SQRT PAD", "p", before=POSITIVE),
    _then_pool("Log", "ABS LOG PADV2", "p", before=POSITIVE),
    _then_pool("Softplus", "RELU ABS NEG EXP ADD LOG ADD PAD"),
    _then_pool("HardSigmoid", "MUL ADD MINIMUM PAD"),
    _then_pool("LeakyRelu", "LEAKY_RELU PADV2"),
    _then_pool("Elu", "RELU NEG RELU NEG EXP SUB ADD PADV2"),
    _then_pool("Selu", "RELU MUL NEG RELU NEG EXP SUB MUL ADD PADV2"),
    _then_pool("PRelu", "RELU NEG RELU MUL SUB PADV2", "x c", dict(c=SCALE)),
    _then_pool("Clip", "RELU MINIMUM PAD", min=0.0, max=1.0),
    _then_pool("Clip", "MAXIMUM MINIMUM PADV2", min=-0.25, max=-0.125),
    _then_pool("Softmax", "TRANSPOSE SOFTMAX TRANSPOSE PAD", axis=3),
    _then_pool("LogSoftmax", "TRANSPOSE LOG_SOFTMAX TRANSPOSE PADV2", axis=3),
    _then_pool("Add", "ABS ADD PAD", "p c", dict(c=SCALE), POSITIVE, "of what is positive"),
    _then_pool("Add", "ABS ADD PADV2", "p c", dict(c=SHIFT), POSITIVE, "of a negative constant"),
    _then_pool("Add", "ABS ADD PADV2", "x p", {}, POSITIVE, "of one that is positive"),
    _then_pool("Mul", "ABS MUL PAD", "p p", {}, POSITIVE, "of what is positive"),
    _then_pool("Mul", "ABS MUL PADV2", "p c", dict(c=SHIFT), POSITIVE, "of a negative constant"),
    _then_pool("Max", "ABS MAXIMUM PAD", "p p", {}, POSITIVE, "of what is positive"),
    _then_pool("Sub", "ABS MUL ADD PADV2", "c p", dict(c=SHIFT), POSITIVE, "of what is positive"),
    _then_pool("Min", "SIN MINIMUM PADV2", "p c", dict(c=SHIFT), (node("Sin", "x", "p"),),
        "of a negative constant"),
    _then_pool("Pad", "ABS MIRROR_PAD PAD", "p", {}, POSITIVE, mode="reflect", pads=(0, 0, 1, 2, 0, 0, 2, 1)),
    _then_pool("Pad", "ABS PADV2 PADV2", "p", {}, POSITIVE, value=-1.0, pads=(0, 0, 1, 2, 0, 0, 2, 1)),
    _then_pool("Pad", "ABS PADV2 PAD", "p", {}, POSITIVE, value=1.0, pads=(0, 0, 1, 2, 0, 0, 2, 1)),
    _then_pool("Concat", "ABS GATHER PAD", "p p", {}, POSITIVE, axis=1),
    _then_pool("Concat", "ABS CONCATENATION PADV2", "p x", {}, POSITIVE, axis=1),
    _then_pool("Concat", "ABS CONCATENATION PADV2", "p c", dict(c=np.full(MAP, -1, np.float32)), POSITIVE,
        "with a constant", axis=1)._replace( batch_is_free=False),
    _then_pool("ReduceMean", "ABS MEAN PAD", "p", {}, POSITIVE, axes=(1,), keepdims=1),
    _then_pool("Gather", "ABS GATHER PAD", "p i", dict(i=whole(2, 0, 5)), POSITIVE, axis=1),
    _then_pool("Identity", "ABS PAD", "p", {}, POSITIVE),
    _then_pool("Sum", "ABS ADD PAD", "p p", {}, POSITIVE, "of what is positive"),
    _then_pool("Cast", "ARG_MAX CAST RESHAPE PAD", "i", {}, (node("ArgMax", "x", "i", axis=1, keepdims=1),),
        "of places", to=1),
    _then_pool("Cast", "TOPK_V2 CAST CAST PAD", "i", dict(k=whole(3)), (node("TopK", "x k", "v i",
        axis=1),), "of the places of the largest", to=1),
    _then_pool("Clip", "MINIMUM PADV2", max=0.5),
    _then_pool("LeakyRelu", "RELU NEG RELU MUL SUB PADV2", alpha=1.5),
    _then_pool("Cast", "GREATER LOGICAL_NOT CAST PAD", "t", dict(c=np.array(0.25, np.float32)),
        (node("Greater", "x c", "g"), node("Not", "g", "t")), "", to=1),
    _then_pool("Min", "ABS MINIMUM PADV2", "p p", {}, POSITIVE, "of what is positive"),
    _then_pool("Pow", "ABS POW PADV2", "p c", dict(c=SCALE), POSITIVE, "of what is positive"),
    _then_pool("Add", "ABS ADD PAD", "p c", dict(c=np.array([0, 1, 2, 0.5, 0, 3], np.float32).reshape(6, 1,
        1)), POSITIVE, "of a constant that is nowhere negative"),
]

POOLS = [
    one("AveragePool", "DEPTHWISE_CONV_2D", kernel_shape=(3, 3), pads=(1, 1, 1, 1), count_include_pad=1),
    one("AveragePool", "DEPTHWISE_CONV_2D", kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 1, 1),
        count_include_pad=1),
    one("AveragePool", "PAD AVERAGE_POOL_2D", kernel_shape=(3, 3), strides=(1, 2), pads=(1, 1, 1, 1),
        count_include_pad=1),
    one("AveragePool", "AVERAGE_POOL_2D", kernel_shape=(3, 3), pads=(1, 1, 1, 1), count_include_pad=0),
    one("AveragePool", "AVERAGE_POOL_2D", kernel_shape=(3, 3), pads=(1, 1, 1, 1)),
    one("AveragePool", "PAD AVERAGE_POOL_2D MUL", kernel_shape=(3, 2), pads=(2, 0, 1, 1)),
    one("AveragePool", "PAD AVERAGE_POOL_2D MUL", kernel_shape=(3, 2), strides=(2, 3), pads=(2, 0, 1, 1)),
    one("AveragePool", "AVERAGE_POOL_2D", kernel_shape=(3, 2)),
    one("AveragePool", "AVERAGE_POOL_2D", kernel_shape=(3, 2), auto_pad="VALID"),
    one("MaxPool", "MAX_POOL_2D", kernel_shape=(3, 2)),
    one("MaxPool", "MAX_POOL_2D", kernel_shape=(3, 3), pads=(1, 1, 1, 1)),
    one("MaxPool", "PADV2 MAX_POOL_2D", kernel_shape=(3, 2), strides=(2, 1), pads=(2, 0, 1, 1)),
]

_KERNEL = drawn(w=(4, 6, 3, 2), b=(4,))
_DEPTHWISE = drawn(w=(12, 1, 3, 3), b=(12,))
_GROUPED = drawn(w=(4, 3, 3, 2), b=(4,))
_UP = drawn(w=(6, 4, 3, 2), b=(4,))

CONVOLUTIONS = [
    one("Conv", "CONV_2D", "x w b", constants=_KERNEL),
    one("Conv", "CONV_2D", "x w", constants=_KERNEL, id="without bias"),
    one("Conv", "CONV_2D", "x w b", constants=_KERNEL, auto_pad="VALID"),
    one("Conv", "CONV_2D", "x w b", constants=_KERNEL, kernel_shape=(3, 2), strides=(2, 1)),
    one("Conv", "PAD CONV_2D", "x w b", constants=_KERNEL, strides=(2, 1), pads=(2, 1, 0, 1)),
    one("Conv", "CONV_2D", "x w b", constants=_KERNEL, pads=(1, 0, 1, 1)),
    one("Conv", "CONV_2D", "x w b", constants=_KERNEL, dilations=(2, 1)),
    one("Conv", "CONV_2D", "x w b", constants=_KERNEL, dilations=(2, 1), pads=(2, 0, 2, 1)),
    one("Conv", "CONV_2D", "x w b", constants=_KERNEL, dilations=(2, 2), strides=(2, 1), pads=(2, 1, 2, 1)),
    one("Conv", "SPLIT CONV_2D CONV_2D CONCATENATION", "x w b", constants=_GROUPED, group=2),
    one("Conv", "SPLIT CONV_2D CONV_2D CONCATENATION", "x w", constants=_GROUPED, group=2, strides=(2, 1),
        dilations=(1, 2), id="grouped, without bias"),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=_DEPTHWISE, group=6),
    one("Conv", "DEPTHWISE_CONV_2D", "x w", constants=_DEPTHWISE, group=6, strides=(2, 2), pads=(1, 1, 1,
        1), id="depthwise, no bias"),
    one("Conv", "PAD DEPTHWISE_CONV_2D STRIDED_SLICE", "x w b", constants=_DEPTHWISE, group=6, strides=(2,
        1), pads=(1, 1, 1, 1)),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=_DEPTHWISE, group=6, dilations=(2, 2), pads=(2, 2,
        2, 2)),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=_DEPTHWISE, group=6, dilations=(2, 1), pads=(2, 1,
        2, 1)),
    one("Conv", "PAD DEPTHWISE_CONV_2D", "x w b", constants=_DEPTHWISE, group=6, dilations=(3, 3), pads=(3,
        4, 3, 4)),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=_DEPTHWISE, group=6, dilations=(2, 2), shape=(2, 6,
        8, 10)),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=_DEPTHWISE, group=6, dilations=(2, 2), strides=(2,
        2)),
    one("ConvTranspose", "TRANSPOSE_CONV ADD", "x w b", constants=_UP),
    one("ConvTranspose", "TRANSPOSE_CONV", "x w", constants=_UP, id="without bias"),
    one("ConvTranspose", "TRANSPOSE_CONV PAD ADD", "x w b", constants=_UP, strides=(2, 3),
        output_padding=(1, 2)),
    one("ConvTranspose", "TRANSPOSE_CONV STRIDED_SLICE ADD", "x w b", constants=_UP, strides=(2, 1),
        pads=(2, 0, 1, 1)),
    one("ConvTranspose", "TRANSPOSE_CONV ADD", "x w b", constants=_UP, dilations=(2, 3)),
    one("ConvTranspose", "SPLIT TRANSPOSE_CONV TRANSPOSE_CONV CONCATENATION STRIDED_SLICE ADD", "x w b",
        constants=drawn(w=(6, 2, 3, 2), b=(4,)), group=2, pads=(1, 0, 1, 0)),
]

FUNCTIONS = [
    one("Clip", "RELU6", min=0.0, max=6.0),
    one("Clip", "RELU", min=0.0),
    one("Clip", "MINIMUM", max=0.5),
    one("Clip", "MAXIMUM", min=-0.5),
    one("Clip", "MAXIMUM MINIMUM", min=-0.5, max=0.25),
    one("Clip", "RELU MINIMUM", min=0.0, max=0.5),
    one("Clip", "MAXIMUM MINIMUM", min=0.25, max=6.0),
    one("Clip", "MINIMUM", min=float(np.finfo(np.float32).min), max=0.25),
    one("Clip", "MAXIMUM", min=0.25, max=float(np.finfo(np.float32).max)),
    one("HardSigmoid", "MUL ADD MINIMUM"),
    one("HardSigmoid", "MUL ADD MINIMUM", alpha=0.4),
    one("HardSigmoid", "MUL ADD MINIMUM", beta=0.3),
    one("LeakyRelu", "LEAKY_RELU"),
    one("LeakyRelu", "LEAKY_RELU", alpha=0.3),
    one("LeakyRelu", "RELU NEG RELU MUL SUB", alpha=1.5),
    one("LeakyRelu", "LEAKY_RELU", alpha=-0.5),
    one("Elu", "RELU NEG RELU NEG EXP SUB ADD"),
    one("Elu", "RELU NEG RELU NEG EXP SUB MUL ADD", alpha=0.6),
    one("Selu", "RELU MUL NEG RELU NEG EXP SUB MUL ADD"),
    one("Selu", "RELU MUL NEG RELU NEG EXP SUB MUL ADD", alpha=0.6),
    one("Selu", "RELU MUL NEG RELU NEG EXP SUB MUL ADD", gamma=1.4),
    one("PRelu", "RELU NEG RELU MUL SUB", "x c", constants=drawn(c=(6, 1, 1))),
    one("PRelu", "RELU NEG RELU MUL SUB", "x c", constants=drawn(c=(1,)), id="of one slope"),
    one("Mod", "LESS CAST MUL SUB ABS ABS FLOOR_MOD MUL", "x c", constants=drawn(c=(6, 1, 1)), fmod=1),
    one("Sub", "MUL ADD", "c x", constants=drawn(c=(6, 1, 1)), id="from a constant"),
    one("Sum", "ADD ADD", "x c x", constants=drawn(c=(6, 1, 1))),
    one("Dropout", "RESHAPE", ratio=0.4),
    one("Identity", "RESHAPE"),
]

AXES = [
    one("Softmax", "SOFTMAX", id="of a matrix, as by default", shape=(3, 5)),
    one("Softmax", "TRANSPOSE SOFTMAX TRANSPOSE", axis=3),
    one("Softmax", "TRANSPOSE SOFTMAX TRANSPOSE", axis=-1),
    one("Softmax", "TRANSPOSE RESHAPE SOFTMAX RESHAPE TRANSPOSE", axis=2),
    one("Softmax", "TRANSPOSE RESHAPE SOFTMAX RESHAPE TRANSPOSE"),
    one("Softmax", "TRANSPOSE RESHAPE SOFTMAX RESHAPE TRANSPOSE", axis=0, free=False),
    one("LogSoftmax", "TRANSPOSE LOG_SOFTMAX TRANSPOSE", axis=3),
    one("LogSoftmax", "TRANSPOSE RESHAPE LOG_SOFTMAX RESHAPE TRANSPOSE", axis=1),
    one("Softmax", "RESHAPE SOFTMAX RESHAPE", axis=0, shape=(5, 1), id="of the batch alone", free=False),
    one("Softmax", "RESHAPE SOFTMAX RESHAPE", axis=1, shape=(3, 5, 1), id="of one axis and ones"),
    one("ArgMax", "ARG_MAX RESHAPE", free=False),
    one("ArgMax", "ARG_MAX RESHAPE", axis=2),
    one("ArgMax", "ARG_MAX TRANSPOSE", axis=-1, keepdims=0),
    one("ArgMax", "ARG_MAX", axis=1, keepdims=0),
    one("ArgMin", "ARG_MIN RESHAPE", axis=1),
    one("ArgMin", "ARG_MIN TRANSPOSE", axis=3, keepdims=0),
    one("ArgMin", "ARG_MIN RESHAPE", free=False),
    one("TopK", "TRANSPOSE TOPK_V2 CAST TRANSPOSE TRANSPOSE", "x k", "y z", constants=dict(k=whole(3))),
    one("TopK", "TOPK_V2 CAST", "x k", "y z", constants=dict(k=whole(2)), axis=1),
    one("TopK", "TRANSPOSE TOPK_V2 CAST RESHAPE RESHAPE", "x k", "y z", constants=dict(k=whole(1)), axis=0,
        free=False),
    one("Transpose", "TRANSPOSE", perm=(0, 2, 3, 1)),
    one("Transpose", "TRANSPOSE", perm=(0, 3, 1, 2)),
    one("Transpose", "TRANSPOSE", free=False),
    one("Transpose", "TRANSPOSE", perm=(1, 0), shape=(3, 5), free=False),
    one("Concat", "GATHER", "x x", axis=2),
    one("Concat", "CONCATENATION", "x c", constants=drawn(c=(2, 3, 9, 7)), axis=1, free=False),
    one("Concat", "CONCATENATION", "c x", constants=drawn(c=(2, 6, 9, 4)), axis=3, free=False),
    one("Concat", "GATHER", "x x", axis=0, free=False),
    one("Pad", "PAD", pads=(0, 0, 1, 2, 0, 0, 3, 0)),
    one("Pad", "PADV2", pads=(0, 1, 0, 2, 0, 2, 0, 0), value=0.5),
    one("Pad", "STRIDED_SLICE PAD", pads=(0, 0, -1, 2, 0, 0, -3, 0)),
    one("Pad", "MIRROR_PAD", pads=(0, 0, 1, 2, 0, 0, 3, 1), mode="reflect"),
    one("Pad", "STRIDED_SLICE", pads=(0, -2, 0, -1, 0, -1, 0, 0)),
    one("Slice", "STRIDED_SLICE", "x s e", constants=dict(s=whole(0, 1, 2, 3), e=whole(2, 5, 9, 6))),
    one("Slice", "STRIDED_SLICE", "x s e a", constants=dict(s=whole(1), e=whole(-2), a=whole(-1)),
        id="from the end"),
    one("Slice", "STRIDED_SLICE", "x s e a t", constants=dict(s=whole(7, 5), e=whole(1, 0), a=whole(2, 1),
        t=whole(-2, -1)), id="backwards"),
    one("Slice", "STRIDED_SLICE", "x s e a t", constants=dict(s=whole(-1), e=whole(-1000), a=whole(3),
        t=whole(-1)), id="backwards over all"),
    one("Slice", "STRIDED_SLICE", "x s e a t", constants=dict(s=whole(1), e=whole(1000), a=whole(2),
        t=whole(3)), id="in steps"),
    one("Slice", "STRIDED_SLICE", "x s e a", constants=dict(s=whole(1), e=whole(2), a=whole(0)),
        id="of the batch", free=False),
    one("Split", "SPLIT_V", outputs="y z", axis=1),
    one("Split", "SPLIT_V", outputs="y z", axis=-1, split=(3, 4)),
    one("Split", "SPLIT_V", outputs="y z", axis=2, split=(2, 7)),
    one("Split", "SPLIT_V", outputs="y z", free=False),
    one("Gather", "GATHER", "x i", constants=dict(i=whole(4, 0, -1)), axis=2),
    one("Gather", "GATHER", "x i", constants=dict(i=whole(4, 0, 2)), axis=-1),
    one("Gather", "GATHER", "x i", constants=dict(i=whole(1, 0, 1)), free=False),
    one("Gather", "TRANSPOSE GATHER", "x i", constants=dict(i=np.array([[4, 0], [-2, 3]])), axis=2,
        id="of a table of places"),
    one("Gather", "TRANSPOSE GATHER", "x i", constants=dict(i=np.array(3)), axis=1, id="of one place"),
    one("Tile", "TILE", "x t", constants=dict(t=whole(1, 2, 1, 3))),
    one("Tile", "GATHER", "x t", constants=dict(t=whole(1, 1, 2, 1)), id="along one axis"),
    one("Tile", "GATHER", "x t", constants=dict(t=whole(2, 1, 1, 1)), id="of the batch", free=False),
    one("Expand", "GATHER", "x t", shape=(2, 6, 1, 7), constants=dict(t=whole(2, 1, 9, 1)), id="of one axis"),
    one("Expand", "RESHAPE TILE TRANSPOSE", "x t", shape=(6, 1, 7), constants=dict(t=whole(2, 6, 9, 7)),
        id="of rank 3 to 4", free=False),
    one("Resize", "RESIZE_NEAREST_NEIGHBOR", "x s", constants=dict(s=np.array([1, 1, 2, 3], np.float32)),
        mode="nearest"),
    one("DepthToSpace", "RESHAPE TRANSPOSE RESHAPE", shape=(2, 12, 5, 7), blocksize=2),
    one("SpaceToDepth", "SPACE_TO_DEPTH", shape=(2, 3, 4, 6), blocksize=2),
] + [
    one(op, operators + end, axes=axes, keepdims=keepdims, free=0 not in axes)
    for op, operators in (
        ("ReduceMean", "MEAN"), ("ReduceSum", "SUM"), ("ReduceMax", "REDUCE_MAX"),
        ("ReduceMin", "REDUCE_MIN"), ("ReduceProd", "REDUCE_PROD"), ("ReduceL2", "MUL SUM SQRT"))
    for axes, keepdims, end in (((1,), 1, ""), ((2, 3), 0, ""), ((-1,), 0, " TRANSPOSE"), ((1, -1), 0, ""),
                                ((0, 2), 1, ""))
] + [
    one("ReduceSum", "SUM", axes=(-4,), keepdims=1, free=False),
    one("ReduceMax", "REDUCE_MAX", free=False),
    one("ReduceSum", "SUM", keepdims=0, axes=(1, 2, 3)),
]

_TABLE = drawn(t=(5, 3, 4))
_PLACES = (node("Clip", "x", "c", min=0.0, max=2.5), node("Cast", "c", "i", to=7))
_TRUTH = np.array([1, 0, 1, 1, 0, 0], np.bool_)

PAIRS = [
    several("Sub of two", "SUB", node("Sub", "x z", "y"), x=MAP, z=MAP),
    several("Add of a number for each channel", "ADD", node("Add", "x c", "y"), constants=drawn(c=(6, 1, 1))),
    several("Add of a number for each channel, in full rank", "ADD", node("Add", "x c", "y"),
        constants=drawn(c=(1, 6, 1, 1))),
    several("Add of a row for each of the batch", "PAD ADD", node("Add", "x c", "y"), constants=drawn(c=(2,
        6, 1, 1)), free=False),
    several("Mul with a lower rank", "TRANSPOSE RESHAPE MUL", node("Mul", "x z", "y"), x=(2, 1, 9, 7), z=(6,
        9, 7), free=False),
    several("Add of a batch on another axis, then a convolution", "TRANSPOSE RESHAPE ADD CONV_2D",
        node("Add", "x z", "a"), node("Conv", "a w b", "y", pads=(1, 0, 1, 1)), constants=_KERNEL, x=(2, 1,
        9, 7), z=(6, 9, 7), free=False),
    several("Pow of a matrix and a row", "ABS POW", node("Abs", "x", "p"), node("Pow", "p z", "y"), x=(3,
        5), z=(1, 5), free=False),
    several("Where of maps", "GREATER SELECT", node("Greater", "x z", "t"), node("Where", "t x z", "y"),
        x=MAP, z=MAP),
    several("Where of a smaller truth", "GREATER ZEROS_LIKE CAST ADD GREATER SELECT", node("Greater", "w v",
        "t"), node("Where", "t x z", "y"), x=MAP, z=MAP, w=(2, 1, 9, 7), v=(2, 1, 9, 7)),
    several("Where of smaller values", "GREATER CAST ZEROS_LIKE ADD ADD SELECT", node("Greater", "x z",
        "t"), node("Where", "t w v", "y"), x=MAP, z=MAP, w=(2, 1, 9, 7), v=(2, 6, 1, 1)),
    several("Where of nothing whole",
        "GREATER CAST ZEROS_LIKE ZEROS_LIKE ZEROS_LIKE ADD ADD ADD ADD CAST ADD GREATER SELECT",
        node("Greater", "x z", "t"), node("Where", "t w v", "y"), x=(2, 6, 1, 1), z=(2, 6, 1, 1), w=(2, 1,
        9, 7), v=(2, 1, 1, 7)),
    several("Where of a constant truth", "ZEROS_LIKE ADD GREATER SELECT", node("Where", "t x z", "y"),
        constants=dict(t=_TRUTH.reshape(6, 1, 1)), x=MAP, z=MAP),
    several("Where of a constant for each of the batch", "GREATER ZEROS_LIKE ADD SELECT", node("Greater",
        "x z", "t"), node("Where", "t x c", "y"), constants=drawn(c=(2, 6, 1, 1)), x=MAP, z=MAP, free=False),
    several("Add of a shared batch on another axis, then a convolution", "TRANSPOSE RESHAPE ADD CONV_2D",
        node("Add", "x z", "a"), node("Conv", "a w b", "y", pads=(1, 0, 1, 1)), constants=_KERNEL, x=(6, 1,
        9, 7), z=(6, 9, 7), free=False),
    several("Add of a constant of higher rank", "RESHAPE PAD ADD", node("Add", "x c", "y"),
        constants=drawn(c=(4, 2, 5)), x=(2, 5), free=False),
    several("Mod of whole numbers", "MUL CAST FLOOR_MOD", node("Mul", "x c", "m"), node("Cast", "m", "i",
        to=6), node("Mod", "i d", "y"), constants=dict(c=np.array(7, np.float32), d=np.array(5, np.int32))),
    several("Where of whole numbers", "GREATER CAST NEG CAST SELECT", node("Greater", "x c", "t"),
        node("Cast", "x", "i", to=7), node("Neg", "x", "n"), node("Cast", "n", "j", to=7), node("Where",
        "t i j", "y"), constants=dict(c=np.array(0.25, np.float32))),
    several("Where of one tensor", "GREATER ZEROS_LIKE ADD SELECT", node("Greater", "x c", "t"),
        node("Where", "t x d", "y"), constants=dict(c=np.array(0.25, np.float32), d=np.array(2, np.float32))),
]

PRODUCTS = [
    several("Transpose, Gemm", "TRANSPOSE FULLY_CONNECTED", node("Transpose", "x", "t", perm=(1, 0)),
        node("Gemm", "t w b", "y", transB=1), constants=drawn(w=(4, 3), b=(4,)), x=(3, 5), free=False),
    several("Gemm with everything", "TRANSPOSE FULLY_CONNECTED", node("Gemm", "x w b", "y", alpha=0.5,
        beta=2.0, transA=1), x=(3, 5), free=False, constants=drawn(w=(3, 4), b=(4,))),
    several("MatMul of a constant on the left", "TRANSPOSE FULLY_CONNECTED", node("MatMul", "c x", "y"),
        constants=drawn(c=(4, 3)), x=(3, 5), free=False),
    several("MatMul of a constant on the left of a transposed", "TRANSPOSE TRANSPOSE FULLY_CONNECTED",
        node("Transpose", "x", "t", perm=(1, 0)), node("MatMul", "c t", "y"), constants=drawn(c=(4, 5)),
        x=(3, 5), free=False),
    several("MatMul of matrices", "TRANSPOSE FULLY_CONNECTED", node("MatMul", "x z", "y"), x=(3, 5), z=(5,
        4), free=False),
    several("MatMul of square matrices", "TRANSPOSE FULLY_CONNECTED", node("MatMul", "x z", "y"), x=(5, 5),
        z=(5, 5), free=False),
    several("MatMul of a constant stack", "SLICE SLICE FULLY_CONNECTED FULLY_CONNECTED PACK", node("MatMul",
        "x c", "y"), constants=drawn(c=(2, 5, 4)), x=(2, 3, 5), free=False),
    several("MatMul of a constant stack on the left", "RESHAPE MUL SUM", node("MatMul", "c x", "y"),
        constants=drawn(c=(2, 3, 5)), x=(2, 5, 4), free=False),
    several("MatMul of stacks", "RESHAPE RESHAPE MUL SUM", node("MatMul", "x z", "y"), x=(2, 3, 5), z=(2, 5,
        4)),
    several("MatMul of stacks, transposed", "TRANSPOSE RESHAPE RESHAPE MUL SUM", node("Transpose", "z", "t",
        perm=(0, 2, 1)), node("MatMul", "x t", "y"), x=(2, 3, 5), z=(2, 4, 5)),
    several("MatMul over the last axis", "TRANSPOSE FULLY_CONNECTED RESHAPE TRANSPOSE", node("MatMul",
        "x c", "y"), constants=drawn(c=(7, 4))),
]

CHOSEN = [
    several("Gather of rows of a table", "RELU MINIMUM CAST GATHER TRANSPOSE", *_PLACES, node("Gather",
        "t i", "y"), constants=_TABLE, x=(3, 2)),
    several("Gather of columns of a table", "RELU MINIMUM CAST GATHER TRANSPOSE", *_PLACES, node("Gather",
        "t i", "y", axis=1), constants=_TABLE, x=(3, 2), free=False),
    several("Gather of the last axis of a table", "RELU MINIMUM CAST GATHER TRANSPOSE", *_PLACES,
        node("Gather", "t i", "y", axis=-1), constants=_TABLE, x=(3, 2), free=False),
    several("Gather of whole numbers", "RELU MINIMUM CAST GATHER", *_PLACES, node("Gather", "t i", "y"),
        constants=dict(t=whole(7, -2, 9)), x=(3, 2)),
    several("Gather of computed places", "RELU MINIMUM CAST GATHER", *_PLACES, node("Gather", "z i", "y",
        axis=1), x=(3,), z=(2, 5, 4), free=False),
    several("Gather of computed places, transposed", "RELU MINIMUM CAST TRANSPOSE GATHER TRANSPOSE",
        *_PLACES, node("Transpose", "i", "j", perm=(1, 0)), node("Gather", "z j", "y", axis=1), x=(3, 4),
        z=(2, 5, 4), free=False),
    several("a pool after Gather of rows of a table", "RELU MINIMUM CAST GATHER TRANSPOSE PAD MAX_POOL_2D",
        *_PLACES, node("Gather", "t i", "g"), node("MaxPool", "g", "y", kernel_shape=(3, 3), strides=(2, 2),
        pads=(1, 1, 0, 0)), constants=dict(t=np.arange(60, dtype=np.float32).reshape(5, 3, 4)), x=(3, 2)),
    one("Gather", "TRANSPOSE GATHER", "x i", constants=dict(i=np.array(1)), axis=0,
        id="of one of the batch", free=False),
]

CHAINS = [
    several("dilated Conv, Conv as large", "CONV_2D CONV_2D", node("Conv", "x w b", "m", dilations=(2, 1)),
        node("Conv", "m k", "y", pads=(1, 1, 1, 1)), constants=dict(_KERNEL, k=drawn(k=(5, 4, 3, 3))["k"])),
    several("dilated and padded Conv, Conv as large", "CONV_2D CONV_2D", node("Conv", "x w b", "m",
        dilations=(2, 1), pads=(2, 0, 2, 1)), node("Conv", "m k", "y", pads=(1, 1, 1, 1)),
        constants=dict(_KERNEL, k=drawn(k=(5, 4, 3, 3))["k"])),
    several("dilated and strided Conv, strided Conv", "PAD CONV_2D PAD CONV_2D", node("Conv", "x w b", "m",
        dilations=(2, 1), strides=(1, 2), pads=(2, 1, 2, 1)), node("Conv", "m k", "y", strides=(2, 2),
        pads=(1, 1, 1, 1)), constants=dict(_KERNEL, k=drawn(k=(5, 4, 3, 3))["k"])),
    several("dilated Conv of an even kernel, strided Conv", "CONV_2D CONV_2D", node("Conv", "x w", "m",
        dilations=(3, 3), pads=(1, 1, 2, 2)), node("Conv", "m k", "y", strides=(2, 2), pads=(1, 1, 1, 1)),
        constants=drawn(w=(4, 6, 2, 2), k=(5, 4, 3, 3))),
    several("dilated and strided Conv to odd sizes, strided Conv", "CONV_2D CONV_2D", node("Conv", "x w",
        "m", dilations=(2, 2), strides=(2, 2), pads=(2, 2, 2, 2)), node("Conv", "m k", "y", strides=(2, 2),
        pads=(1, 1, 1, 1)), constants=drawn(w=(4, 6, 3, 3), k=(5, 4, 3, 3)), x=(2, 6, 9, 5)),
    several("dilated Conv without padding, strided Conv", "CONV_2D CONV_2D", node("Conv", "x w", "m",
        dilations=(3, 3)), node("Conv", "m k", "y", strides=(2, 2), pads=(1, 1, 1, 1)),
        constants=drawn(w=(4, 6, 2, 2), k=(5, 4, 3, 3)), x=(2, 6, 10, 8)),
    several("ConvTranspose, strided Conv", "TRANSPOSE_CONV STRIDED_SLICE ADD PAD CONV_2D",
        node("ConvTranspose", "x w b", "m", strides=(2, 3), pads=(1, 0, 0, 1)), node("Conv", "m k", "y",
        strides=(2, 2), pads=(1, 1, 1, 1)), constants=dict(_UP, k=drawn(k=(5, 4, 3, 3))["k"])),
    several("ConvTranspose, its strides larger than its kernel",
        "TRANSPOSE_CONV STRIDED_SLICE ADD PAD CONV_2D", node("ConvTranspose", "x w b", "m", strides=(4, 3)),
        node("Conv", "m k", "y", strides=(2, 2), pads=(1, 1, 1, 1)), constants=dict(_UP, k=drawn(k=(5, 4, 3,
        3))["k"])),
    several("Resize of a map on its side", "TRANSPOSE RESIZE_NEAREST_NEIGHBOR", node("Transpose", "x", "t",
        perm=(0, 1, 3, 2)), node("Resize", "t s", "y", mode="nearest"), constants=dict(s=np.array([1, 1, 2,
        3], np.float32))),
    several("DepthToSpace of a map on its side", "TRANSPOSE RESHAPE TRANSPOSE RESHAPE", node("Transpose",
        "x", "t", perm=(0, 1, 3, 2)), node("DepthToSpace", "t", "y", blocksize=2), x=(2, 12, 5, 7)),
    several("SpaceToDepth of a map on its side", "TRANSPOSE SPACE_TO_DEPTH", node("Transpose", "x", "t",
        perm=(0, 1, 3, 2)), node("SpaceToDepth", "t", "y", blocksize=2), x=(2, 3, 4, 6)),
    several("depthwise Conv, dilated, strided and SAME", "DEPTHWISE_CONV_2D", node("Conv", "x w b", "y",
        group=6, dilations=(2, 2), strides=(2, 2), pads=(2, 2, 2, 2)), constants=_DEPTHWISE),
    several("Conv with strides larger than its kernel, padded along the other axis", "CONV_2D", node("Conv",
        "x w", "y", strides=(2, 1), pads=(0, 1, 0, 1)), constants=drawn(w=(4, 6, 1, 3)), x=(2, 6, 10, 7)),
    several("Conv of one channel", "DEPTHWISE_CONV_2D", node("Conv", "x w", "y"), constants=drawn(w=(4, 1,
        3, 2)), x=(2, 1, 9, 7)),
    several("depthwise Conv of two channels", "DEPTHWISE_CONV_2D", node("Conv", "x w", "y", group=2),
        constants=drawn(w=(4, 1, 3, 2)), x=(2, 2, 9, 7)),
]

ROWS = SIGNS + POOLS + CONVOLUTIONS + FUNCTIONS + AXES + PAIRS + PRODUCTS + CHOSEN + CHAINS
