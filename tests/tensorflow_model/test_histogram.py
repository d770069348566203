"""Counts of values by size: whole numbers, whatever the order and the last bits."""
import numpy as np
import pytest

from job.tensorflow_model.quantised.histogram import BINS, MOST_VALUES, empty_histogram

RANDOM = np.random.RandomState(7)
SAMPLES = [RANDOM.randn(50, 3).astype(np.float32) * np.float32([1, 0.01, 300]) * 4 ** number for number in range(5)]
NEGATIVE, POSITIVE = 0, 1


def counted(samples):
    histogram = empty_histogram(samples[0].shape[1])
    for rows in samples:
        histogram = histogram.with_rows(rows, np.stack([rows.min(axis=0), rows.max(axis=0)]))
    return histogram


def assert_same(one, other):
    np.testing.assert_array_equal(one.top, other.top)
    np.testing.assert_array_equal(one.counts, other.counts)


def test_the_order_of_samples_changes_nothing():
    wanted = counted(SAMPLES)
    assert wanted.counts.sum() == 5 * 50 * 3
    assert_same(counted(SAMPLES[::-1]), wanted)


def test_each_channel_has_bins_below_its_own_greatest_value():
    histogram = counted([np.float32([[1.5, -300], [1.5, 2e-6], [-1e-9, 0]])])
    assert histogram.counts[0, POSITIVE, -1] == 2 and histogram.counts[0, NEGATIVE, 0] == 1
    assert histogram.counts[1, NEGATIVE, -1] == 1 and histogram.counts[1, POSITIVE, 0] == 2


def test_counts_take_as_few_bits_as_hold_them():
    few, many = counted(SAMPLES[:1]), counted(SAMPLES[:1] * 9)
    assert (few.counts.dtype, many.counts.dtype) == (np.uint8, np.uint8 if many.counts.max() < 256 else np.uint16)
    np.testing.assert_array_equal(counted([SAMPLES[0]] * 99).counts, 99 * few.counts.astype(np.int64))
    risen = counted([SAMPLES[0]] * 99 + [SAMPLES[0] * np.float32(2 ** 20)])  # then all before are in the first bins
    assert risen.counts.sum() == 100 * 50 * 3


def test_scaled_counts_are_those_of_scaled_values():
    by = np.array([1, 8, 256])
    assert_same(counted(SAMPLES).scaled(by), counted([rows * by.astype(np.float32) for rows in SAMPLES]))


@pytest.mark.parametrize("number", [1, 6, 0.5, 3, 2.25, 7.0])
def test_the_last_bits_of_round_numbers_are_in_no_other_bin(number):
    near = np.float32([[number]]) * np.float32([[1 - 1e-6], [1], [1 + 1e-6]])
    assert counted([near]).counts[0, POSITIVE, -1] == 3


def test_all_channels_together_are_bins_in_their_order():
    low, high, counts = counted([np.float32([[1, -4], [1, 0.5], [2, 0.5]])]).whole()
    assert counts.tolist() == [1, 2, 2, 1]
    values = np.array([-4, 0.5, 1, 2])
    assert (low < values).all() and (values < high).all()


def test_of_many_values_some_stand_for_all_and_the_extremes_are_not_missed():
    rows = np.repeat(np.float32([[-1], [2]]), 3 * MOST_VALUES, axis=0)
    rows[1] = 9
    low, _, counts = counted([rows]).whole()
    np.testing.assert_allclose(counts, [1 + 3 * MOST_VALUES, 3 * MOST_VALUES, 1], rtol=1e-3)
    assert low[-1] > 8


def test_zeros_alone_are_one_bin_about_nothing():
    low, high, counts = counted([np.zeros((4, 2), np.float32)]).whole()
    assert counts.tolist() == [8] and low[0] == 0 < high[0] < 1e-30


def test_bins_that_hold_any_hold_all():
    sizes = np.sort(np.float32(2) ** RANDOM.uniform(0, BINS // 8 - 1, 1000).astype(np.float32))
    low, high, counts = counted([sizes[:, np.newaxis]]).whole()
    low, high = (np.repeat(border, counts.astype(int)) for border in (low, high))
    assert (low <= sizes).all() and (sizes < high).all() and (high <= 1.15 * low).all()
