"""What an output that names the best of several scores chooses from.

    scores -> ArgMax -> Identity, Reshape, Transpose, ... -> output
"""
from typing import Any, Optional

import numpy as np
from tensorflow.python.framework.tensor_util import constant_value

_CHOOSE = ("ArgMax", "ArgMin")
_MOVES = ("Cast", "ExpandDims", "Identity", "Reshape", "Squeeze", "Transpose")


def chooser(output: Any) -> Optional[Any]:
    """The operation that chooses what the tensor holds; None of any other tensor."""
    maker = output.op
    while maker.type in _MOVES:
        maker = maker.inputs[0].op
    return maker if maker.type in _CHOOSE and constant_value(maker.inputs[1]) is not None else None


def in_rows(chooses: Any, scores: np.ndarray) -> np.ndarray:
    """[..., classes], the axes before the last those of what it makes."""
    return np.moveaxis(scores, int(constant_value(chooses.inputs[1])), -1)


def are_places(values: np.ndarray, count: int) -> bool:
    """Whether each of so many is there just once: an output that names places has moved them, and no more."""
    return values.dtype.kind in "iu" and np.array_equal(np.sort(values, axis=None), np.arange(count))
