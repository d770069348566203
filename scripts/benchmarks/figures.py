"""Medians with their spread, and ratios of what ran side by side."""
from statistics import median
from typing import NamedTuple, Sequence


class Spread(NamedTuple):
    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Ours over theirs, round by round: what slows a whole round down cancels out."""
    if len(ours) != len(theirs):
        raise ValueError("{} rounds cannot be paired with {}".format(len(ours), len(theirs)))
    return spread([one / other for one, other in zip(ours, theirs)])
