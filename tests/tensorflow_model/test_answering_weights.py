"""Rounding for the least error in the answers, in place of the least in the weights."""
import numpy as np
import pytest

from job.tensorflow_model.quantised.answering_weights import answering_weights

MOST = 127
SIZE = 150  # more than are rounded at once
RANDOM = np.random.RandomState(6)
EXACT = RANDOM.uniform(-100, 100, (2, 5, SIZE))
READ = RANDOM.randn(2, 400, 12).dot(RANDOM.randn(12, SIZE)) + 0.3 * RANDOM.randn(2, 400, SIZE)


def error(weights, read):
    return np.square(np.matmul(weights - EXACT, read.transpose(0, 2, 1))).mean()


def test_answers_are_nearer_than_of_the_nearest_weights():
    weights = answering_weights(EXACT, READ, MOST)
    assert np.array_equal(weights, np.round(weights)) and not np.array_equal(weights, np.round(EXACT))
    assert error(weights, READ) < 0.2 * error(np.round(EXACT), READ)


@pytest.mark.parametrize("count, of_nearest", [(1, 1.05), (30, 0.7), (300, 0.3)])
def test_answers_to_what_was_not_seen_are_no_worse_however_little_was(count, of_nearest):
    """Of fewer rows than weights, most changes of weights have no moment at all."""
    weights = answering_weights(EXACT, READ[:, :count], MOST)
    assert error(weights, READ[:, 300:]) < of_nearest * error(np.round(EXACT), READ[:, 300:])


@pytest.mark.parametrize("rows", [np.stack([np.diag(np.arange(SIZE, dtype=float))] * 2), np.zeros((2, 9, SIZE))],
                         ids=["nothing goes together", "nothing was seen"])
def test_without_more_to_go_by_weights_are_the_nearest(rows):
    assert np.array_equal(answering_weights(EXACT, rows, MOST), np.round(EXACT))


def test_none_goes_beyond_the_most():
    weights = answering_weights(3 * EXACT, READ, MOST)
    assert weights.max() == MOST and weights.min() == -MOST


def test_each_layer_is_rounded_as_if_it_were_alone():
    together = answering_weights(EXACT, READ, MOST)
    for number in range(2):
        alone = answering_weights(EXACT[number:number + 1], READ[number:number + 1], MOST)
        assert np.array_equal(alone[0], together[number])


def test_what_whole_numbers_hold_stays():
    whole = np.round(EXACT)
    assert np.array_equal(answering_weights(whole, READ, MOST), whole)
