"""A sample that varies far more than most is named: it takes the steps of 8 bits away from them."""
import numpy as np
import pytest

from job.parity.probes import Probe
from job.samples.calibration import look_at, loud_samples

NORMAL = np.random.RandomState(2).randn(1, 3, 6, 8).astype(np.float32)


def samples(*scales):
    return [Probe("calibration:{}.npy".format(number), (scale * NORMAL,)) for number, scale in enumerate(scales)]


@pytest.mark.parametrize("scales, loud", [
    ((1, 60, 1.5, 0.7, 1), ["1.npy"]),
    ((1, 1e25, 1.5, 30, 1), ["1.npy", "3.npy"]),
    ((1, 6, 0.01, 0, 1), []),  # dark and blank ones leave the others their steps
    ((0, 0, 0, 5), []),
    ((60, 60, 60), []),
])
def test_loud_samples_are_named(scales, loud):
    assert list(loud_samples(list(map(look_at, samples(*scales))))) == loud
