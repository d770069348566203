"""What is wrong with a network's weights."""
from typing import Iterable, List, Tuple

import numpy as np


def with_nan(weights: Iterable[Tuple[str, np.ndarray]]) -> List[str]:
    """Their names. An infinite one may be meant, as in a mask."""
    return [name for name, array in weights if array.dtype.kind == "f" and np.isnan(array).any()]
