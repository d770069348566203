"""Inputs of whole numbers are mostly indices, and the tables that they point into may be smaller than what probes ask for."""
from typing import Any, Callable, Sequence, Tuple, Type

import numpy as np

from job.parity.patterns import INDEX_LIMIT, INDICES
from job.parity.probes import make_probes
from job.values import TensorFacts

Inputs = Tuple[TensorFacts, ...]


def without_indices(inputs: Inputs) -> Inputs:
    """Of which all probes hold nothing but zeros where indices may be: these fit any table."""
    return tuple(facts._replace(indices_below=1) if facts.dtype in INDICES else facts for facts in inputs)


def with_indices_that_fit(inputs: Inputs, forward: Callable[[Sequence[np.ndarray]], Any],
                          errors: Tuple[Type[Exception], ...]) -> Inputs:
    """With the greatest that the network takes of each, where it raises one of `errors` for what probes hold.

    Where it takes none at all, something else is wrong, for which the probes are left as they are.
    """
    if not any(facts.dtype in INDICES for facts in inputs):
        return inputs
    zeros = make_probes(without_indices(inputs), 1)[0].inputs

    def takes(place: int, index: int) -> bool:
        arrays = list(zeros)
        arrays[place] = np.full_like(arrays[place], index)
        try:
            forward(arrays)
        except errors:
            return False
        return True

    def fitted(place: int, facts: TensorFacts) -> TensorFacts:
        if facts.dtype not in INDICES or takes(place, INDEX_LIMIT - 1):
            return facts
        below = next((count for count in range(INDEX_LIMIT - 1, 0, -1) if takes(place, count - 1)), None)
        return facts._replace(indices_below=below)
    return tuple(fitted(place, facts) for place, facts in enumerate(inputs))
