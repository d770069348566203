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


def placed_rows(rows: np.ndarray, places: np.ndarray) -> Optional[np.ndarray]:
    """As the output has them, by the places of their choices in it; None where it does not hold each just once."""
    flat = rows.reshape(-1, rows.shape[-1])
    if places.dtype.kind not in "iu" or not np.array_equal(np.sort(places, axis=None), np.arange(len(flat))):
        return None
    return flat[places]
