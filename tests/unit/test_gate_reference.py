"""PyTorch's own answers: what cannot show an error never passes."""
import numpy as np
import pytest

from job.parity.gate import first_drift
from job.parity.reference import judge_reference


def varied(seed=0):
    return [(np.random.RandomState(seed + number).randn(1, 10).astype(np.float32),) for number in range(4)]


def spoilt(value):
    answers = varied()
    answers[3][0][0, 2] = value
    return answers


def test_varied_answers_pass_with_their_spread():
    stage = judge_reference(("category",), varied())
    figures = stage.outputs[0].metrics
    assert stage.passed and stage.stage == "pytorch" and "note" not in figures
    assert figures["spread"] == pytest.approx(1, rel=0.5)
    assert figures["spread_of_range"] > 0.1


@pytest.mark.parametrize("answers, reason", [
    (spoilt(np.nan), "PyTorch answers with 1 NaN and 0 infinite values"),
    (spoilt(np.inf), "PyTorch answers with 0 NaN and 1 infinite values"),
    ([(np.zeros((1, 10), "f4"),)] * 4, "every probe with zeros"),
    ([(np.full((1, 10), 2.5, "f4"),)] * 4, "constant 2.5"),
    (varied()[:1] * 4, "all 4 probes alike"),
    ([(varied()[0][0] * np.float32(1 + 1e-6 * n),) for n in range(4)], "alike"),
    (varied()[:1], "it takes two"),
    ([], "0 probes answered"),
    ([(np.zeros((1, 0), "f4"),)] * 4, "no elements"),
    (varied()[:3] + [(np.zeros((2, 10), "f4"),)], "differs from probe to probe"),
    ([(np.zeros((1, 3), bool),)] * 4, "zeros"),
    ([(np.full((1,), 3),)] * 4, "constant 3.0"),
])
def test_answers_that_show_nothing_fail(answers, reason):
    stage = judge_reference(("category",), answers)
    drift = first_drift([stage])
    assert not stage.passed and drift.stage == "pytorch"
    assert "cannot be checked" in drift.message and reason in drift.message


def test_each_output_is_judged():
    answers = [(first[0], np.zeros((1, 4), "f4")) for first in varied()]
    stage = judge_reference(("category", "dead"), answers)
    assert [output.passed for output in stage.outputs] == [True, False]


def test_nearly_alike_passes_with_a_note():
    base = varied()[0][0]
    stage = judge_reference(("category",), [(base + np.float32(1e-3) * x,) for x, in varied(5)])
    assert stage.passed and "nearly alike" in stage.outputs[0].metrics["note"]


def test_argmax_answers_pass_where_they_vary():
    assert judge_reference(("class",), [(np.array([number % 3]),) for number in range(4)]).passed
