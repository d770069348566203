"""Errors below the gate that are still far above the usual."""
import numpy as np
import pytest

from job.parity.gate import judge
from job.parity.reference import judge_reference
from job.parity.tolerance import tolerance_for
from job.parity.usual import TIMES, unusual, usual_error

OUTPUTS = ("score", "place")
DEPTH = 16


def answers(perturbed=0.0):
    """Of one network of two outputs; one element of each answer's score is off by so much of the range."""
    found = []
    for seed in range(4):
        score = np.random.RandomState(seed).uniform(-1, 1, (1, 40)).astype(np.float32)
        score[0, [0, 3 + seed]] = -1, 1
        score[0, 2] = 0.25 + 2 * perturbed
        found.append((score, score.argmax(axis=1)))
    return found


def stages(**perturbed):
    reference = answers()
    return [judge_reference(OUTPUTS, reference)] + [
        judge(stage.replace("_", "."), OUTPUTS, reference, answers(by), tolerance_for(stage.split("_")[-1]))
        for stage, by in perturbed.items()]


def test_the_square_root_of_the_depth():
    assert usual_error(4 * DEPTH) == pytest.approx(2 * usual_error(DEPTH))


def test_usual_errors_are_not_worth_a_word():
    judged = stages(onnx=usual_error(DEPTH), keras=0.9 * TIMES * usual_error(DEPTH))
    assert all(stage.passed for stage in judged)
    assert unusual(judged, DEPTH) == ()


def test_more_than_ten_times_is():
    error = 1.5 * TIMES * usual_error(DEPTH)
    judged = stages(onnx=0, keras=0, tflite_float32=error)
    assert all(stage.passed for stage in judged), "else the gate would have spoken"
    warning, = unusual(judged, DEPTH)
    assert (warning.stage, warning.output) == ("tflite.float32", "score")
    assert warning.error_of_range == pytest.approx(error, rel=0.02) and warning.usual == usual_error(DEPTH)
    assert "tflite.float32: output `score` is within the limits" in warning.message and "15 times" in warning.message
    assert unusual(judged, 4 * DEPTH) == (), "in a deeper network it would not be"


def test_where_onnx_runtime_errs_as_much_the_network_is_so():
    error = 1.5 * TIMES * usual_error(DEPTH)
    judged = stages(onnx=error, keras=error)
    assert [warning.stage for warning in unusual(judged, DEPTH)] == ["onnx"]


def test_what_did_not_pass_and_what_is_quantised_is_for_others_to_judge():
    judged = stages(keras=0.01, tflite_dynamic=1e-3)
    assert not judged[1].passed and judged[2].passed
    assert unusual(judged, DEPTH) == ()


def test_quantised_answers_that_are_mixed_up_where_pytorch_s_are_nearly_alike():
    base = np.random.RandomState(0).uniform(-1, 1, (1, 40)).astype(np.float32)
    alike = [(base + np.float32(1e-5 * seed),) for seed in range(4)]
    judged = [judge(stage, ("score",), alike, given, tolerance_for(stage)) for stage, given in (
        ("tflite.int8", [alike[1]] + alike[1:]), ("tflite.dynamic", alike))]
    assert all(stage.passed for stage in judged)
    warning, = unusual(judged, DEPTH)
    assert (warning.stage, warning.output, warning.usual) == ("tflite.int8", "score", None)
    assert "25 % of its answers are nearer to PyTorch's answer to another probe" in warning.message
