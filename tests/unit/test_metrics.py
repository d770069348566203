"""Metrics: right figures on small arrays, and properties that hold for random ones."""
import numpy as np
import pytest

from job.parity.metrics import EXACT_DB, measure, round_significant, scale_of, written


def answers(seed=0, probes=4, shape=(1, 10), dtype=np.float32):
    rng = np.random.RandomState(seed)
    return [rng.randn(*shape).astype(dtype) for _ in range(probes)]


def test_equal_answers():
    figures = measure(answers(), answers())
    assert figures["max_abs"] == figures["mean_abs"] == figures["rmse"] == 0
    assert figures["max_error_of_range"] == figures["error_of_spread"] == 0
    assert figures["snr_db"] == figures["snr_of_spread_db"] == EXACT_DB
    assert figures["cosine"] == figures["top1"] == figures["top5"] == figures["own_probe"] == 1
    assert figures["top1_loss"] == 0 and figures["probes"] == 4
    assert not figures["constant"] and figures["nan"] == figures["inf"] == 0


def test_figures_by_hand():
    reference = [np.array([[0.0, 3.0]]), np.array([[4.0, -1.0]])]
    given = [np.array([[0.0, 3.0]]), np.array([[4.0, 0.0]])]
    figures = measure(reference, given, ["a", "b"])
    assert figures["max_abs"] == 1 and figures["mean_abs"] == 0.25 and figures["rmse"] == 0.5
    assert figures["range"] == 5 and figures["max_error_of_range"] == 0.2
    assert figures["spread"] == 2 and figures["error_of_spread"] == 0.25
    assert figures["snr_db"] == round_significant(10 * np.log10(26 / 4 / 0.25))
    assert figures["snr_of_spread_db"] == round_significant(20 * np.log10(4))
    assert figures["cosine"] == round(4 / np.sqrt(17), 6)
    assert figures["worst"] == {"probe": "b", "index": [0, 1], "answer": 0.0, "reference": -1.0}


def test_scale_of_all_probes_is_used_where_some_were_asked():
    reference = answers()
    figures = measure(reference[:1], reference[:1], ["a"], scale_of(reference), reference)
    assert figures["spread"] == round_significant(scale_of(reference).spread)
    assert figures["probes"] == 1 and figures["snr_of_spread_db"] == EXACT_DB


@pytest.mark.parametrize("value, name", [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "inf")])
def test_a_single_odd_value_is_counted_found_and_spoils_every_figure(value, name):
    given = answers()
    given[2][0, 7] = value
    figures = written(measure(answers(), given))
    assert figures[name] == 1
    assert figures["worst"]["probe"] == "2" and figures["worst"]["index"] == [0, 7]
    assert figures["worst"]["answer"] is None and figures["max_error_of_range"] is None
    assert figures["cosine"] is None


def test_a_loud_probe_does_not_hide_an_error_of_a_quiet_one():
    reference = answers()
    reference[3] *= 9
    given = [x.copy() for x in reference]
    given[0][0, 2] += 0.01
    figures = measure(reference, given)
    assert figures["max_error_of_range"] == round_significant(0.01 / np.ptp(reference[0]), 3)
    given[3][0, 1] += 0.02
    assert measure(reference, given)["worst"]["probe"] == "0"


def test_one_dead_probe_has_no_direction_but_counts_in_the_error():
    reference, given = answers(), answers()
    reference[1][:], given[1][:] = 0, 1e-9
    assert measure(reference, given)["cosine"] == 1
    given[1][0, 3] = 0.5
    assert measure(reference, given)["max_abs"] == 0.5


def test_constant_reference_leaves_nothing_to_measure_against():
    ones = [np.ones((1, 9))] * 3
    figures = measure(ones, ones)
    assert figures["constant"]
    assert np.isnan(figures["max_error_of_range"]) and np.isnan(figures["error_of_spread"])


def test_top1_counts_rows_and_its_loss_is_of_the_range():
    reference = [np.array([[0.0, 10.0, 9.0], [5.0, 0.0, 0.0]])]
    given = [np.array([[0.0, 8.0, 9.0], [5.0, 0.0, 0.0]])]
    figures = measure(reference, given)
    assert figures["top1"] == 0.5 and figures["top1_loss"] == 0.1
    assert "top5" not in figures


def test_top5_is_whether_the_best_class_is_among_five():
    reference, given = answers(), answers()
    for row in given[:1]:
        row[0, reference[0][0].argmax()] = -9
    assert measure(reference, given)["top5"] == 0.75


@pytest.mark.parametrize("shape", [(1,), (1, 1), (1, 4, 5), (1, 2, 3, 4)])
def test_top1_is_for_class_scores_only(shape):
    assert "top1" not in measure(answers(shape=shape), answers(shape=shape))


def test_integers_are_counted_exactly():
    reference = [np.arange(4), np.arange(4) + 1]
    given = [np.arange(4), np.array([1, 2, 3, 5])]
    figures = measure(reference, given, ["a", "b"])
    assert figures["mismatch"] == 0.125
    assert figures["worst"] == {"probe": "b", "index": [3], "answer": 5.0, "reference": 4.0}


def test_mixed_up_probes_are_noticed_under_loud_noise():
    reference = answers(shape=(1, 100))
    given = [x + 0.5 * noise for x, noise in zip(reference, answers(9, shape=(1, 100)))]
    assert measure(reference, given)["own_probe"] == 1
    given[0] = given[1]
    assert measure(reference, given)["own_probe"] == 0.75


@pytest.mark.parametrize("apart, own_probe", [(1e-4, 1), (1e-2, 0.5)])
def test_answers_alike_are_not_mixed_up_by_rounding(apart, own_probe):
    """Two of four probes are answered alike, beside what tells the others apart, and each of the two as the other."""
    reference = answers(shape=(1, 100))
    reference[1] = reference[0] + np.float32(apart)
    assert measure(reference, [reference[1], reference[0]] + reference[2:])["own_probe"] == own_probe


def test_equal_probes_are_not_mixed_up():
    reference = answers(shape=(1, 100))
    reference[1] = reference[0]
    assert measure(reference, reference)["own_probe"] == 1


@pytest.mark.parametrize("figure, expected", [(0.00123456, 0.00123), (123456.0, 123000.0), (0, 0.0)])
def test_round_significant(figure, expected):
    assert round_significant(figure) == expected


def test_round_significant_keeps_what_is_not_finite():
    assert np.isnan(round_significant(np.nan)) and round_significant(np.inf) == np.inf


@pytest.mark.parametrize("seed", range(20))
def test_properties_of_random_answers(seed):
    rng = np.random.RandomState(seed)
    shape = tuple(rng.randint(1, 6, size=rng.randint(1, 5)))
    reference = answers(seed, rng.randint(2, 6), shape)
    given = [x + 10.0 ** rng.uniform(-6, 0) * rng.randn(*shape).astype(np.float32) for x in reference]
    figures, scale = measure(reference, given), 10.0 ** rng.randint(-8, 8)
    assert figures["mean_abs"] <= 1.01 * figures["rmse"] <= 1.03 * figures["max_abs"]
    assert -1 <= figures["cosine"] <= 1
    worst = given[int(figures["worst"]["probe"])][tuple(figures["worst"]["index"])]
    assert worst == pytest.approx(figures["worst"]["answer"], rel=1e-4)
    scaled = measure([np.float64(x) * scale for x in reference], [np.float64(x) * scale for x in given])
    for name in ("max_error_of_range", "error_of_spread", "cosine", "snr_db"):
        assert scaled[name] == pytest.approx(figures[name], rel=2e-2, abs=2e-2)
    assert measure(given, reference)["max_abs"] == figures["max_abs"]
