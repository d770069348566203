"""Whole numbers that probes hold fit the tables of the network, as far as its own forward tells."""
import numpy as np
import pytest

from job.networks.indices import with_indices_that_fit, without_indices
from job.parity.probes import make_probes
from job.values import TensorFacts


class OutOfTable(Exception):
    pass


def taking(*sizes):
    """Of tables of these sizes; None is of no index."""
    def forward(arrays):
        for array, size in zip(arrays, sizes):
            if size is not None and (array < 0).any() | (array >= size).any():
                raise OutOfTable()
    return forward


def facts(*dtypes):
    return tuple(TensorFacts("x{}".format(place), dtype, (2, 5), (0, 1)) for place, dtype in enumerate(dtypes))


@pytest.mark.parametrize("sizes, found", [
    ((2, None, 7), [2, None, 7]), ((100, None, 8), [None] * 3), ((1, None, 100), [1, None, None]),
    ((0, None, 3), [None] * 3),  # which takes no index at all: no zero beside the others either
])
def test_the_greatest_that_is_taken_of_each(sizes, found):
    inputs = with_indices_that_fit(facts("int64", "float32", "int32"), taking(*sizes), (OutOfTable,))
    assert [each.indices_below for each in inputs] == found
    for probe in make_probes(inputs, 8):
        for array, below in zip(probe.inputs, found):
            assert below is None or 0 <= array.min() <= array.max() < below


def test_nothing_is_asked_where_no_input_is_of_whole_numbers():
    inputs = facts("float32", "uint8")
    assert with_indices_that_fit(inputs, None, (OutOfTable,)) == inputs == without_indices(inputs)


def test_other_faults_are_the_networks_own():
    def forward(arrays):
        raise ValueError("another")
    with pytest.raises(ValueError, match="another"):
        with_indices_that_fit(facts("int64"), forward, (OutOfTable,))


def test_probes_without_indices_hold_zeros():
    ours, others = zip(*(probe.inputs for probe in make_probes(without_indices(facts("int64", "float32")), 4)))
    assert not np.any(ours) and all(np.ptp(array) for array in others)
