"""How far apart the scores are of a choice and of the reference's."""
import numpy as np
import pytest

from job.parity.choices import Chosen, loss_of_choices

SCORES = np.array([[0.0, 3.0, 1.0], [4.0, 2.0, 2.5], [-6.0, 1.0, 1.0], [0.0, 0.0, 0.5]])
ROW = np.array([[0, 2], [1, 3]])  # of each element: the output is transposed
BEST = np.array([[1, 1], [0, 2]])


def chosen(*places):
    made = BEST.copy()
    for row, choice in places:
        made[ROW == row] = choice
    return made


def loss(*places, scores=SCORES):
    return loss_of_choices([Chosen(scores, ROW, BEST, chosen(*places))])


@pytest.mark.parametrize("places, expected", [
    ((), 0.0), (((2, 2),), 0.0), (((3, 0),), 0.05), (((3, 0), (1, 2)), 0.15), (((2, 0),), 0.7)])
def test_of_the_scores_range(places, expected):
    assert loss(*places) == pytest.approx(expected)


def test_by_scores_that_are_not_the_references():
    """Of what chooses by them, the choice is always the best."""
    assert loss_of_choices([Chosen(SCORES, ROW, chosen((3, 0)), BEST)]) == pytest.approx(0.05)


def test_the_range_is_of_all_that_were_asked():
    both = [Chosen(SCORES, ROW, BEST, chosen((3, 0))), Chosen(SCORES * 3, ROW, BEST, BEST)]
    assert loss_of_choices(both) == loss_of_choices(both[::-1]) == pytest.approx(0.5 / 30)


@pytest.mark.parametrize("wrong", [3, -1])
def test_what_names_no_score_is_no_choice(wrong):
    assert np.isnan(loss((0, wrong)))
    assert np.isnan(loss_of_choices([Chosen(SCORES, ROW, chosen((0, wrong)), BEST)]))


@pytest.mark.parametrize("value, expected", [(np.nan, np.nan), (-np.inf, np.inf)])
def test_scores_that_are_no_numbers_excuse_nothing(value, expected):
    """-inf is what may not be chosen: by the others the range is measured."""
    scores = SCORES.copy()
    scores[0, 2] = value
    np.testing.assert_equal(loss((0, 2), scores=scores), expected)
    assert loss((3, 0), scores=scores) == pytest.approx(0.05)
    mixed = [Chosen(scores, ROW, BEST, each) for each in (chosen((0, 2)), chosen((3, 0)))]
    np.testing.assert_equal([loss_of_choices(mixed), loss_of_choices(mixed[::-1])], [expected] * 2)


def test_scores_that_are_all_equal():
    assert loss_of_choices([Chosen(np.ones((4, 3)), np.arange(4), np.zeros(4, int), np.ones(4, int))]) == 0.0
