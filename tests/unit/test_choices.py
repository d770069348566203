"""How far a choice scores below the reference's."""
import numpy as np
import pytest

from job.parity.choices import loss_of_choices

SCORES = np.array([[[0.0, 3.0, 1.0], [4.0, 2.0, 2.5]], [[-6.0, 1.0, 1.0], [0.0, 0.0, 0.5]]])  # [2, 2, classes]
BEST = np.array([[1, 0], [1, 2]])


def chosen(*places):
    made = BEST.copy()
    for row, column, choice in places:
        made[row, column] = choice
    return made


@pytest.mark.parametrize("places, loss", [
    ((), 0.0), (((1, 0, 2),), 0.0), (((1, 1, 0),), 0.05), (((1, 1, 0), (0, 1, 2)), 0.15), (((1, 0, 0),), 0.7)])
def test_of_the_scores_range(places, loss):
    assert loss_of_choices([(SCORES, BEST, chosen(*places))]) == pytest.approx(loss)


def test_by_scores_that_are_not_the_references():
    """Of what chooses by them, the choice is always the best."""
    assert loss_of_choices([(SCORES, chosen((1, 1, 0)), BEST)]) == pytest.approx(0.05)


def test_the_range_is_of_all_that_were_asked():
    assert loss_of_choices([(SCORES, BEST, chosen((1, 1, 0))), (SCORES * 3, BEST, BEST)]) == pytest.approx(0.5 / 30)


@pytest.mark.parametrize("wrong", [3, -1])
def test_what_names_no_score_is_no_choice(wrong):
    assert np.isnan(loss_of_choices([(SCORES, BEST, chosen((0, 0, wrong)))]))
    assert np.isnan(loss_of_choices([(SCORES, chosen((0, 0, wrong)), BEST)]))


def test_scores_that_are_no_numbers_excuse_nothing():
    scores = SCORES.copy()
    scores[0, 0, 2] = np.nan
    assert np.isnan(loss_of_choices([(scores, BEST, chosen((0, 0, 2)))]))
    assert np.isnan(loss_of_choices([(scores, BEST, chosen((0, 0, 2))), (SCORES, BEST, chosen((1, 1, 0)))]))


def test_scores_that_are_all_equal():
    assert loss_of_choices([(np.ones((4, 3)), np.zeros(4, int), np.ones(4, int))]) == 0.0
