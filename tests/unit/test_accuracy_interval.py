"""Wilson's interval against figures worked out by hand, and where it must not leave 0 to 1."""
import pytest

from job.parity.intervals import interval


@pytest.mark.parametrize("right, total, low, high", [
    (50, 100, 0.4038, 0.5962), (95, 100, 0.8882, 0.9785), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0)])
def test_interval(right, total, low, high):
    assert interval(right, total) == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))
