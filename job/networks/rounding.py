"""How much rounding alone moves the answers of a network: what it says in float32, beside the same in float64."""
import copy
from typing import Optional, Sequence

import numpy as np
import torch


def rounding_of_range(network: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> Optional[float]:
    """The largest difference of an output, over its range; None where the network does not run in float64."""
    exact_inputs = [x.double() if x.is_floating_point() else x for x in inputs]
    try:
        with torch.no_grad():
            rounded, exact = network(*inputs), copy.deepcopy(network).double()(*exact_inputs)
    except Exception:  # of users' code that makes or asks for float32: a hint is not worth more than that
        return None
    shares = [_of_range(left.numpy(), right.numpy()) for left, right in zip(rounded, exact) if right.is_floating_point()]
    return max(shares, default=None)


def _of_range(rounded: np.ndarray, exact: np.ndarray) -> float:
    return float(np.abs(rounded - exact).max() / max(np.ptp(exact), np.finfo(np.float64).tiny))
