"""How sure a share is that was counted on few samples, and a difference of two on the same samples."""
import math
from typing import Tuple


def interval(right: int, total: int) -> Tuple[float, float]:
    """Between what shares the true one lies, 95 times of 100 (Wilson's interval, which holds for few samples too)."""
    z = 1.96
    middle = (right + z * z / 2) / (total + z * z)
    half = z * math.sqrt(right * (total - right) / total + z * z / 4) / (total + z * z)
    return max(0.0, middle - half), min(1.0, middle + half)


def drop_interval(lost: int, gained: int, total: int) -> Tuple[float, float]:
    """Between what differences of two shares on the same samples the true one lies, 95 times of 100.

    `lost` are right in the first share only, `gained` in the second only. Agresti and Min's interval of 2005: Wald's for
    pairs, with half a sample more in each of the four cells, which holds for few samples and for no difference too.
    """
    pairs, apart, either = total + 2, lost - gained, lost + gained + 1
    middle = apart / pairs
    half = 1.96 * math.sqrt(either - apart ** 2 / pairs) / pairs
    return max(-1.0, middle - half), min(1.0, middle + half)
