"""A padded pool after an operator: it shows what the converter knows of signs."""
from typing import Any, Mapping, Tuple

import numpy as np

from tests.operators.attributes.row import Row
from tests.passes.small_graphs import MAP, graph, node, whole


def _then_pool(op: str, operators: str, inputs: str = "x", constants: Mapping[str, np.ndarray] = {},
               before: Tuple[Any, ...] = (), id: str = "", **attributes: Any) -> Row:
    """A padded pool after it: with zeros where it leaves nothing negative, else with the lowest number."""
    pool = node("MaxPool", "mid", "y", kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 0, 0))
    said = ", ".join("{}={}".format(*item) for item in sorted(attributes.items()))
    return Row("a pool after {} {}".format(op, id or said).strip(),
               lambda: graph(*before, node(op, inputs, "mid", **attributes), pool, constants=constants,
                             inputs={"x": MAP}), operators + " MAX_POOL_2D")


SCALE, SHIFT = np.full((6, 1, 1), 0.5, np.float32), np.full((6, 1, 1), -0.5, np.float32)
POSITIVE = (node("Abs", "x", "p"),)

ROWS = [
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
    _then_pool("Reciprocal", "MUL ADD DIV PADV2", "p", dict(c=np.array(9, np.float32)), (node("Sub", "c x",
        "p"),)),
    _then_pool("Sqrt", "ABS SQRT PAD", "p", before=POSITIVE),
    _then_pool("Log", "ABS LOG PADV2", "p", before=POSITIVE),
    _then_pool("LRN", "ABS LOCAL_RESPONSE_NORMALIZATION PAD", "p", before=POSITIVE, size=3),
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
    _then_pool("Pad", "PAD PADV2", "x", pads=(0, 0, 1, 2, 0, 0, 2, 1)),
    _then_pool("Pad", "ABS PAD PAD", "p", {}, POSITIVE, "with zeros", pads=(0, 0, 1, 2, 0, 0, 2, 1)),
    _then_pool("Pad", "ABS MIRROR_PAD PAD", "p", {}, POSITIVE, mode="reflect", value=-1.0, pads=(0, 0, 1, 2,
        0, 0, 2, 1)),
    _then_pool("Concat", "ABS EXP CONCATENATION PAD", "p q", {}, (node("Abs", "x", "p"), node("Exp", "x",
        "q")), "of what is positive", axis=1),
    _then_pool("Clip", "MINIMUM PADV2", max=0.5),
    _then_pool("LeakyRelu", "RELU NEG RELU MUL SUB PADV2", alpha=1.5),
    _then_pool("Cast", "GREATER LOGICAL_NOT CAST PAD", "t", dict(c=np.array(0.25, np.float32)),
        (node("Greater", "x c", "g"), node("Not", "g", "t")), "", to=1),
    _then_pool("Min", "ABS MINIMUM PADV2", "p p", {}, POSITIVE, "of what is positive"),
    _then_pool("Pow", "ABS POW PADV2", "p c", dict(c=SCALE), POSITIVE, "of what is positive"),
    _then_pool("Add", "ABS ADD PAD", "p c", dict(c=np.array([0, 1, 2, 0.5, 0, 3], np.float32).reshape(6, 1,
        1)), POSITIVE, "of a constant that is nowhere negative"),
]
