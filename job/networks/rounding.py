"""How much rounding alone moves the answers of a network: what it says in float32, beside the same in float64."""
import copy
from typing import Optional, Sequence

import numpy as np
import torch


def rounding_of_range(network: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> Optional[float]:
    """The largest difference of an output, over its range; None where the network does not run in float64, and where
    its answer to one input has no range: one number, or the same everywhere."""
    exact_inputs = [x.double() if x.is_floating_point() else x for x in inputs]
    try:
        with torch.no_grad():
            rounded, exact = network(*inputs), copy.deepcopy(network).double()(*exact_inputs)
    except Exception:  # of users' code that makes or asks for float32: a hint is not worth more than that
        return None
    pairs = [(left.numpy(), right.numpy()) for left, right in zip(rounded, exact) if right.is_floating_point()]
    return max((float(np.abs(left - right).max() / np.ptp(right)) for left, right in pairs if np.ptp(right)), default=None)
