"""Outputs that name the best of several scores: a choice between two that are as good is for rounding to decide."""
from typing import NamedTuple, Sequence

import numpy as np

from job.parity.tolerance import Tolerance

TIED = 2e-4  # of the scores' range: two scores, each off by what the float stages may be
TIES = 1e-3  # of the choices; more of them are no accident


class Chosen(NamedTuple):
    """Of one output and probe."""

    scores: np.ndarray     # [rows, classes]
    row: np.ndarray        # [...], of the scores that each element is chosen from
    reference: np.ndarray  # [...], the classes that the reference chose
    given: np.ndarray      # [...], and another


def loss_of_choices(asked: Sequence[Chosen]) -> float:
    """How far apart the scores of a choice and of the reference's are at the most, over the range of all finite scores; NaN
    where one is of no score. Either may be the higher: the scores may be of a network that is not what it should be."""
    apart = max((_apart(each) for each in asked), key=lambda loss: (np.isnan(loss), loss))
    finite = [each.scores[np.isfinite(each.scores)] for each in asked]
    ends = [float(end) for scores in finite if scores.size for end in (scores.min(), scores.max())]
    return apart / (max(ends) - min(ends)) if np.isfinite(apart) and apart else apart


def _apart(chosen: Chosen) -> float:
    differ = chosen.reference != chosen.given
    if not differ.any():
        return 0.0
    choices = np.stack([chosen.reference[differ], chosen.given[differ]])
    if choices.min() < 0 or choices.max() >= chosen.scores.shape[1]:
        return float("nan")
    one, other = chosen.scores[chosen.row[differ], choices].astype(np.float64)
    with np.errstate(invalid="ignore"):  # of two infinite ones the difference is NaN
        return float(np.abs(one - other).max())


def limits_of_choices(tolerance: Tolerance) -> Tolerance:
    """What applies of a stage's limits: a number that is far from another may be a score that is next to its. A float stage
    has none for classes; without ties its choices are equal."""
    if "top1_loss" in tolerance:
        return {name: tolerance[name] for name in ("top1_loss", "mismatch")}
    return {"top1_loss": TIED, "mismatch": max(tolerance["mismatch"], TIES)}
