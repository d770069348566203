"""How far apart the scores are of a choice and of the reference's."""
import numpy as np
import pytest

from job.parity.choices import TIED, TIES, Chosen, limits_of_choices, loss_of_choices
from job.parity.tolerance import tolerance_for

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


@pytest.mark.parametrize("scores, given, expected", [
    (np.ones((4, 3)), 1, 0.0), (np.ones((4, 3)), 7, np.nan), (np.full((4, 3), np.nan), 1, np.nan),
    (np.full((4, 3), -np.inf), 1, np.nan), (np.where(np.eye(4, 3) > 0, 0, -np.inf), 1, np.nan)],
    ids=["equal", "equal, another named", "NaN", "none finite", "one finite"])
def test_scores_of_no_range(scores, given, expected):
    made = loss_of_choices([Chosen(scores, np.arange(4), np.zeros(4, int), np.full(4, given))])
    np.testing.assert_equal(made, expected)


@pytest.mark.parametrize("stage, override, limits", [
    ("keras", {}, (TIED, TIES)), ("tflite.dynamic", {}, (0.15, 0.1)),
    ("tflite.int8", {"int8": {"mismatch": 5e-4, "top1_loss": 0.01}}, (0.01, 5e-4)),
    ("tflite.int8", {"int8": {"mismatch": 0.0}}, (0.15, 0.0)), ("keras", {"float": {"mismatch": 0.01}}, (TIED, 0.01))])
def test_what_a_user_asks_of_a_quantised_stage_is_asked(stage, override, limits):
    assert limits_of_choices(tolerance_for(stage, override)) == dict(zip(("top1_loss", "mismatch"), limits))
