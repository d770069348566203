"""Elements chosen by constants, and patterns that only a shape decides."""
from typing import Optional

import numpy as np

from job.onnx_model.decompositions.registry import Attributes, Parts, decomposes


@decomposes("Compress", "Gather")
def compress(parts: Parts, attributes: Attributes, x: str, condition: str) -> Optional[str]:
    """Only where the condition is a constant does it leave a shape that is known."""
    chosen = parts.constant(condition)
    if chosen is None:
        return None
    places, = np.nonzero(chosen)
    if "axis" in attributes:
        return parts.op("Gather", x, places, axis=attributes["axis"])
    return parts.op("Gather", parts.op("Reshape", x, np.array([-1], np.int64)), places, axis=0)
