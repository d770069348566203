"""The first layer of a float stage whose values are not the reference's."""
from typing import Iterable, Optional, Tuple

import numpy as np

LIMIT = 1e-4  # of a layer's range: what a whole stage may differ by


def first_drifting(layers: Iterable[Tuple[str, np.ndarray, np.ndarray]]) -> Optional[str]:
    """Of (name, reference, value) in the order of the graph, the name of the first that differs."""
    for name, reference, value in layers:
        if reference.shape != value.shape or not _agrees(reference, value):
            return name
    return None


def _agrees(reference: np.ndarray, value: np.ndarray) -> bool:
    if reference.dtype.kind != "f":
        return bool(np.array_equal(reference, value))
    if not reference.size:
        return True
    spread = float(reference.max() - reference.min()) or float(np.abs(reference).max()) or 1.0
    return bool(np.abs(reference.astype(np.float64) - value).max() <= LIMIT * spread)
