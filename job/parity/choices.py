"""Outputs that name the best of several scores: a choice between two that are as good is for rounding to decide."""
from typing import Iterable, Tuple

import numpy as np

from job.parity.tolerance import Tolerance

Asked = Tuple[np.ndarray, np.ndarray, np.ndarray]  # scores [..., classes]; the reference's choices, and another's [...]

TIED = 2e-4  # of the scores' range: two scores, each off by what the float stages may be
TIES = 1e-3  # of the choices; more of them are no accident


def loss_of_choices(asked: Iterable[Asked]) -> float:
    """How far apart the scores of a choice and of the reference's are at the most, over the range of all scores; NaN where
    one is of no score. Either may be the higher: the scores may be of a network that is not what it should be."""
    worst, lowest, highest = 0.0, np.inf, -np.inf
    for scores, reference, chosen in asked:
        classes = scores.shape[-1]
        if min(reference.min(), chosen.min()) < 0 or max(reference.max(), chosen.max()) >= classes:
            return float("nan")
        rows = scores.reshape(-1, classes).astype(np.float64)
        every = np.arange(len(rows))
        lost = np.abs(rows[every, reference.reshape(-1)] - rows[every, chosen.reshape(-1)])
        worst = max(worst, float(lost.max())) if not np.isnan(lost).any() else float("nan")
        lowest, highest = min(lowest, float(rows.min())), max(highest, float(rows.max()))
    return worst / (highest - lowest) if highest > lowest else 0.0 if worst == 0 else float("nan")


def limits_of_choices(tolerance: Tolerance) -> Tolerance:
    """What applies of a stage's limits: a number that is far from another may be a score that is next to its."""
    return {"top1_loss": tolerance.get("top1_loss", TIED), "mismatch": max(tolerance["mismatch"], TIES)}
