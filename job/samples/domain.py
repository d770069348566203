"""What a network takes: magnitudes, shares and lengths are no seeded probe, and it answers these with NaN. The user's samples
show it."""
from typing import Sequence

import numpy as np

from job.parity.patterns import INDICES
from job.parity.probes import Probe, make_probes, probe_counts
from job.processes.actors import Side
from job.values import Exported, TensorFacts


def within_domain(exported: Exported, samples: Sequence[Probe], side: Side) -> Exported:
    """With seeded probes that lie where the samples do, if the network answers these with numbers, and seeded ones not.

    Without samples, or where it answers one of them with NaN too, the probes are left as they are.
    """
    if not samples:
        return exported
    seeded = make_probes(exported.inputs, max(probe_counts(exported.multiply_adds).values()))
    if side.call("answers_with_numbers", seeded) or not side.call("answers_with_numbers", samples):
        return exported
    inputs = tuple(_within(facts, [sample.inputs[place] for sample in samples])
                   for place, facts in enumerate(exported.inputs))
    notes = exported.checkpoint.notes + tuple(
        "seeded probes of {} lie between {:.4g} and {:.4g}, as the samples do: to others the network answers NaN or "
        "infinities".format(facts.name, *facts.values_within) for facts in inputs if facts.values_within)
    return exported._replace(inputs=inputs, checkpoint=exported.checkpoint._replace(notes=notes))


def _within(facts: TensorFacts, values: Sequence[np.ndarray]) -> TensorFacts:
    low, high = (float(of(list(map(of, values)))) for of in (np.min, np.max))
    is_range = low < high if facts.dtype.startswith("float") else facts.dtype in INDICES
    return facts._replace(values_within=(low, high)) if is_range else facts
