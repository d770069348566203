"""How sure a share is that was counted on few samples."""
import math
from typing import Tuple


def interval(right: int, total: int) -> Tuple[float, float]:
    """Between what shares the true one lies, 95 times of 100 (Wilson's interval, which holds for few samples too)."""
    z = 1.96
    middle = (right + z * z / 2) / (total + z * z)
    half = z * math.sqrt(right * (total - right) / total + z * z / 4) / (total + z * z)
    return max(0.0, middle - half), min(1.0, middle + half)
