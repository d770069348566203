"""Intervals against figures worked out by hand, and where they must not leave what a share can be."""
import pytest

from job.samples.intervals import drop_interval, interval


@pytest.mark.parametrize("right, total, low, high", [
    (50, 100, 0.4038, 0.5962), (95, 100, 0.8882, 0.9785), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0)])
def test_interval(right, total, low, high):
    assert interval(right, total) == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))


@pytest.mark.parametrize("lost, gained, total, low, high", [
    (10, 0, 98, 0.0380, 0.1620), (0, 0, 38, -0.0490, 0.0490), (5, 5, 98, -0.0650, 0.0650), (1, 0, 1, -0.5101, 1.0)])
def test_interval_of_a_drop(lost, gained, total, low, high):
    assert drop_interval(lost, gained, total) == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))
    assert drop_interval(gained, lost, total) == (pytest.approx(-high, abs=2e-4), pytest.approx(-low, abs=2e-4))
