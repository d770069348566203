"""Attributes and batches of tensors of five axes."""
import numpy as np

from tests.operators.attributes.row import several
from tests.passes.small_graphs import drawn, node, whole

_VOLUME = (2, 3, 4, 5, 7)
_CUBES = (3, 3, 4, 5, 7)
_LIMIT = dict(c=np.array(0.25, np.float32))
_POOL = node("MaxPool", "m", "y", kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 0, 0))

ROWS = [
    several("volume plus a row for each of the batch", "RESHAPE ADD RESHAPE", node("Add", "x c", "y"),
            constants=drawn(c=(2, 3, 1, 1, 1)),
            x=_VOLUME, free=False),
    several("a row for each of the batch minus a volume", "RESHAPE MUL ADD RESHAPE", node("Sub", "c x",
            "y"), constants=drawn(c=(2, 3, 1, 1, 1)),
            x=_VOLUME, free=False),
    several("volume plus a number for each channel", "RESHAPE ADD RESHAPE", node("Add", "x c", "y"),
            constants=drawn(c=(3, 1, 1, 1)), x=_VOLUME),
    several("volume times one of lower rank", "TRANSPOSE RESHAPE RESHAPE MUL RESHAPE", node("Mul", "x z",
            "y"), x=_CUBES, z=(3, 4, 5, 7), free=False),
    several("volume times its frames", "RESHAPE RESHAPE MUL RESHAPE", node("Mul", "x z", "y"), x=_VOLUME,
            z=(2, 1, 4, 1, 1)),
    several("frames times a number for each of them", "RESHAPE RESHAPE MUL RESHAPE", node("Mul", "x z", "y"),
            x=(2, 3, 1, 5, 7), z=(2, 1, 1, 5, 1)),
    several("a pool after a sum of volumes that are positive",
            "ABS EXP RESHAPE RESHAPE ADD RESHAPE TRANSPOSE PAD MAX_POOL_2D", node("Abs", "x", "p"),
            node("Exp", "z", "q"),
            node("Add", "p q", "a"), node("Reshape", "a s", "m"), _POOL, constants=dict(s=whole(2, 12, 5,
            7)), x=_VOLUME,
            z=(2, 1, 4, 1, 1)),
    several("Where of volumes", "RESHAPE GREATER RESHAPE SELECT RESHAPE", node("Greater", "x c",
            "t"), node("Where", "t x z", "y"), constants=_LIMIT, x=_VOLUME,
            z=_VOLUME),
    several("Where of a constant volume", "RESHAPE GREATER ZEROS_LIKE ADD SELECT RESHAPE",
            node("Greater", "x c", "t"), node("Where", "t x d", "y"),
            constants=dict(_LIMIT, **drawn(d=_VOLUME)), x=_VOLUME, free=False),
    several("Where of one number", "RESHAPE GREATER ZEROS_LIKE ADD SELECT RESHAPE", node("Greater",
            "x c", "t"), node("Where", "t x c", "y"), constants=_LIMIT, x=_VOLUME),
    several("Softmax of a volume", "RESHAPE SOFTMAX RESHAPE", node("Softmax", "x", "y", axis=4), x=_VOLUME),
    several("PRelu of a volume, a slope for each channel", "RESHAPE RELU NEG RELU MUL SUB RESHAPE", node("PRelu", "x c", "y"),
            constants=drawn(c=(3, 1, 1, 1)), x=_VOLUME),
    several("PRelu of a volume, one slope", "RESHAPE RELU NEG RELU MUL SUB RESHAPE", node("PRelu", "x c", "y"),
            constants=drawn(c=(1,)), x=_VOLUME),
    several("a norm of a volume", "RESHAPE MUL ADD RESHAPE", node("BatchNormalization", "x s b m v", "y"), constants=dict(
            drawn(s=(3,), b=(3,), m=(3,)), v=np.float32([0.5, 2, 1])), x=_VOLUME),
    several("an instance norm of a volume",
            "RESHAPE MEAN RESHAPE SUB MUL MEAN ADD SQRT RESHAPE DIV RESHAPE MUL ADD RESHAPE",
            node("InstanceNormalization", "x s b", "y"), constants=drawn(s=(3,), b=(3,)), x=_VOLUME),
    several("ReduceMean of a volume", "MEAN", node("ReduceMean", "x", "y", axes=(1, 3), keepdims=0), x=_VOLUME),
    several("Tile of a volume", "RESHAPE GATHER RESHAPE GATHER RESHAPE", node("Tile", "x t", "y"),
            constants=dict(t=whole(1, 2, 1, 3, 1)), x=_VOLUME),
    several("Tile of batch and channels", "TILE", node("Tile", "x t", "y"), constants=dict(t=whole(2, 3, 1,
            1)), x=(2, 3, 4, 5),
            free=False),
    several("Slice of a volume", "RESHAPE STRIDED_SLICE RESHAPE", node("Slice", "x s e a", "y"),
            constants=dict(s=whole(1), e=whole(3), a=whole(2)),
            x=_VOLUME),
    several("Sum of three volumes", "RESHAPE RESHAPE ADD RESHAPE RESHAPE ADD RESHAPE", node("Sum", "x z w",
            "y"), x=_VOLUME, z=(2, 1, 4, 1, 1), w=(2, 3, 1, 5, 1)),
    several("Softmax of products of five axes", "RESHAPE RESHAPE MUL SUM SOFTMAX RESHAPE", node("MatMul",
            "x z", "p"), node("Softmax", "p", "y", axis=4), x=_VOLUME,
            z=(2, 3, 4, 7, 6)),
    several("Softmax of a sum of five axes", "RESHAPE RESHAPE ADD RESHAPE SOFTMAX RESHAPE", node("Add",
            "x z", "p"), node("Softmax", "p", "y", axis=4), x=_VOLUME,
            z=(2, 1, 4, 1, 1)),
]
