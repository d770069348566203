"""Reshapes of maps in any order."""
from typing import Any, Tuple

import numpy as np

from tests.operators.attributes.row import Row, several
from tests.passes.small_graphs import MAP, drawn, node, whole


def _reshaped(operators: str, *target: int, shape: Tuple[int, ...] = MAP, free: bool = True, perm: Any = None,
              after: Any = None) -> Row:
    """A Reshape, between Transposes where they are given."""
    nodes = [
    node("Transpose", "x", "t", perm=perm),
] if perm else []
    nodes.append(node("Reshape", ("t" if perm else "x") + " s", "r" if after else "y"))
    nodes += [
    node("Transpose", "r", "y", perm=after),
] if after else []
    return several("Reshape {} to {}, Transposes {} and {}".format(shape, target, perm, after), operators,
            *nodes,
                   constants=dict(s=whole(*target)), x=shape, free=free)


ROWS = [
    _reshaped("RESHAPE TRANSPOSE", 2, 6, 63),
    _reshaped("TRANSPOSE RESHAPE", 2, 378),
    _reshaped("TRANSPOSE RESHAPE", -1, 378),
    _reshaped("TRANSPOSE RESHAPE", 2, 54, 7),
    _reshaped("RESHAPE TRANSPOSE", 2, 3, 2, 63),
    _reshaped("TRANSPOSE RESHAPE", 12, 9, 7),
    _reshaped("TRANSPOSE RESHAPE TRANSPOSE", 6, 2, 9, 7),
    _reshaped("TRANSPOSE RESHAPE", -1, 7),
    _reshaped("RESHAPE TRANSPOSE RESHAPE", 2, 3, 2, 9, 7, after=(0, 2, 1, 3, 4)),
    _reshaped("RESHAPE TRANSPOSE RESHAPE TRANSPOSE RESHAPE", 2, 6, 3, 3, 7, after=(0, 1, 3, 2, 4)),
    _reshaped("TRANSPOSE RESHAPE", 2, 6, 7, shape=(2, 6, 1, 7)),
    _reshaped("TRANSPOSE RESHAPE", 2, 6, 1, 7, shape=(2, 6, 7)),
    _reshaped("TRANSPOSE", 2, 1, 6, 7, shape=(2, 6, 1, 7)),
    _reshaped("RESHAPE", 2, 6, 1, 7, shape=(2, 1, 6, 7), after=(0, 3, 1, 2)),
    _reshaped("RESHAPE TRANSPOSE", 1, 6, 9, 7, shape=(6, 9, 7), free=False),
    _reshaped("RESHAPE", 6, 7, shape=(1, 6, 7)),
    _reshaped("RESHAPE", 2, 63, 6, perm=(0, 2, 3, 1)),
    _reshaped("RESHAPE", 2, 9, 42, perm=(0, 2, 3, 1)),
    _reshaped("TRANSPOSE RESHAPE", 2, 42, 9, perm=(0, 1, 3, 2)),
    _reshaped("TRANSPOSE RESHAPE", 6, 2, 63, perm=(1, 0, 2, 3), free=False),
    _reshaped("TRANSPOSE RESHAPE", 12, 63, perm=(1, 0, 2, 3), free=False),
    _reshaped("RESHAPE TRANSPOSE RESHAPE", 2, 9, 7, 3, 2, perm=(0, 2, 3, 1), after=(0, 3, 4, 1, 2)),
    _reshaped("RESHAPE TRANSPOSE RESHAPE", 2, 9, 2, 3, 7, perm=(0, 2, 1, 3), after=(0, 2, 3, 1, 4)),
    _reshaped("TRANSPOSE RESHAPE", 2, 1, 6, 1, 7, shape=(2, 6, 7), after=(0, 3, 4, 1, 2)),
    _reshaped("TRANSPOSE RESHAPE", 2, 6, 9, 7, perm=(0, 1, 3, 2)),
    _reshaped("RESHAPE TRANSPOSE RESHAPE TRANSPOSE", 2, 3, 20, 7, shape=(2, 3, 4, 7, 5), perm=(0, 1, 2, 4, 3)),
    _reshaped("RESHAPE TRANSPOSE RESHAPE", 2, 3, 20, 7, shape=(2, 4, 3, 7, 5), perm=(0, 2, 1, 4, 3)),
    _reshaped("TRANSPOSE RESHAPE", 6, 2, 3, 21, perm=(1, 0, 2, 3), free=False),
    _reshaped("TRANSPOSE RESHAPE", 6, 1, 2, 63, perm=(1, 0, 2, 3), free=False),
    _reshaped("TRANSPOSE RESHAPE", 6, 1, 2, 9, 7, perm=(1, 0, 2, 3), free=False),
    several("Reshape to one number", "REDUCE_MAX RESHAPE", node("ReduceMax", "x", "m", keepdims=1), node("Reshape", "m s", "y"),
            constants=dict(s=np.zeros(0, np.int64)), free=False),
    several("arithmetic of one number", "REDUCE_MAX MUL MUL ADD", node("ReduceMax", "x", "m", keepdims=0),
            node("Mul", "m c", "t"), node("Sub", "c t", "y"), constants={"c": np.array(2.5, np.float32)}, free=False),
    several("Reshape of one number", "REDUCE_MAX RESHAPE", node("ReduceMax", "x", "m", keepdims=0),
            node("Reshape", "m s", "y"),
            constants=dict(s=whole(1, 1)), free=False),
    several("ones put in, plus a constant of higher rank", "RESHAPE ADD TRANSPOSE", node("Reshape",
            "x s", "m"), node("Add", "m c", "y"),
            constants=dict(s=whole(2, 1, 5), **drawn(c=(3, 2, 4, 5))), x=(2, 5), free=False),
]
