"""Medians, spreads and paired ratios."""
import pytest
from benchmarks.figures import Spread, paired_ratio, spread


def test_spread_is_median_smallest_largest():
    assert spread([3.0, 1.0, 10.0]) == Spread(3.0, 1.0, 10.0)


def test_ratios_are_taken_round_by_round():
    """A round that is slow for both does not move the ratio, though it moves both spreads."""
    assert paired_ratio([1.0, 10.0, 1.0], [2.0, 20.0, 2.0]) == Spread(0.5, 0.5, 0.5)


def test_rounds_without_a_partner_are_refused():
    with pytest.raises(ValueError, match="2 rounds cannot be paired with 1"):
        paired_ratio([1.0, 2.0], [1.0])
