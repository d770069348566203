"""Elements chosen by computed places, and resized maps."""
import numpy as np

from tests.operators.attributes.row import one, several
from tests.passes.small_graphs import drawn, node, whole

_TABLE = drawn(t=(5, 3, 4))
_PLACES = (node("Clip", "x", "c", min=0.0, max=2.5), node("Cast", "c", "i", to=7))

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

LINES = [
    one("Resize", "RESIZE_BILINEAR", "x s", constants=dict(s=np.array([1, 1, 2, 3], np.float32)),
        mode="linear"),
    one("Resize", "RESIZE_BILINEAR", "x s", constants=dict(s=np.array([1, 1, 1.5, 1], np.float32)),
        mode="linear", shape=(2, 6, 8, 7)),
    one("Resize", "RESIZE_NEAREST_NEIGHBOR", "x s", constants=dict(s=np.array([1, 1, 2, 3], np.float32)),
        id="as by default"),
]

ROWS = CHOSEN + LINES
