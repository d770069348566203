"""The first layer of a stage whose values are not the reference's."""
from typing import Iterable, Optional, Tuple

import numpy as np

# Of a layer's range, by kind of stage: what a whole float stage may differ by; quantised noise and more.
LIMITS = {"float": 1e-4, "dynamic": 0.5, "int8": 0.5}


def first_drifting(layers: Iterable[Tuple[str, np.ndarray, np.ndarray]], kind: str) -> Optional[str]:
    """Of (name, reference, value) in the order of the graph, the name of the first that differs."""
    for name, reference, value in layers:
        if reference.shape != value.shape or not _agrees(reference, value, LIMITS[kind]):
            return name
    return None


def _agrees(reference: np.ndarray, value: np.ndarray, limit: float) -> bool:
    if reference.dtype.kind != "f":
        return bool(np.array_equal(reference, value))
    if not reference.size:
        return True
    spread = float(reference.max() - reference.min()) or float(np.abs(reference).max()) or 1.0
    return bool(np.abs(reference.astype(np.float64) - value).max() <= limit * spread)
