"""Tolerances: which limits a stage has, and that a sidecar can only tighten them."""
import pytest

from job.errors import BadCheckpoint, UsageError
from job.parity.tolerance import (
    AT_LEAST,
    AT_MOST,
    DEFAULT,
    check_only_tighter,
    check_override,
    keeps,
    kind_of,
    tolerance_for,
)


@pytest.mark.parametrize("stage, kind", [
    ("onnx", "float"), ("keras", "float"), ("saved_model", "float"), ("tflite.float32", "float"),
    ("tflite.dynamic", "dynamic"), ("tflite.int8", "int8"), ("float", "float"), ("dynamic", "dynamic"),
])
def test_kind_of_stage(stage, kind):
    assert kind_of(stage) == kind
    assert tolerance_for(stage) == DEFAULT[kind]


def test_defaults_of_float_stages_are_the_contracts():
    assert tolerance_for("keras")["max_error_of_range"] == 1e-4 and tolerance_for("keras")["cosine"] == 0.9999


def test_an_override_reaches_its_kind_only():
    override = check_override({"dynamic": {"snr_db": 20}})
    assert tolerance_for("tflite.dynamic", override)["snr_db"] == 20.0
    assert tolerance_for("keras", override) == DEFAULT["float"]
    assert tolerance_for("tflite.dynamic") == DEFAULT["dynamic"]


@pytest.mark.parametrize("override, words", [
    (3, "3 is not a mapping"),
    ({"float": 1e-3}, "float: 0.001 is not a mapping"),
    ({"flaot": {"cosine": 1}}, "unknown kind of stage 'flaot'"),
    ({"float": {"cosin": 1}}, "float: unknown limit 'cosin'"),
    ({"float": {"cosine": "1"}}, "float.cosine: '1' is not a finite number"),
    ({"float": {"cosine": True}}, "not a finite number"),
    ({"float": {"cosine": float("nan")}}, "not a finite number"),
    ({"float": {"cosine": float("inf")}}, "not a finite number"),
    ({"float": {"cosine": None}}, "not a finite number"),
])
def test_a_wrong_override_is_wrong_usage(override, words):
    with pytest.raises(UsageError) as caught:
        check_override(override)
    assert words in caught.value.message and "snr_db" in caught.value.hint


def test_all_problems_are_named_at_once():
    with pytest.raises(UsageError) as caught:
        check_override({"float": {"cosin": 1, "cosine": "x"}, "half": {}})
    assert all(word in caught.value.message for word in ("cosin'", "float.cosine", "half"))


@pytest.mark.parametrize("override", [
    {"float": {"max_error_of_range": 1e-5, "cosine": 0.99999}},
    {"dynamic": {"snr_db": 10.0}},
    {"dynamic": {"top1": 0.9}},
    {},
])
def test_tighter_and_new_limits_are_a_sidecars_to_set(override):
    check_only_tighter(override)


@pytest.mark.parametrize("override, words", [
    ({"float": {"max_error_of_range": 1e-3}}, "float max_error_of_range 0.001 (default 0.0001)"),
    ({"float": {"cosine": 0.99}}, "float cosine 0.99"),
    ({"dynamic": {"snr_db": 4.9}}, "dynamic snr_db 4.9"),
    ({"float": {"cosine": float("nan")}}, "float cosine nan"),
])
def test_looser_limits_are_not(override, words):
    with pytest.raises(BadCheckpoint) as caught:
        check_only_tighter(override)
    assert words in caught.value.message and "--tolerance" in caught.value.hint


@pytest.mark.parametrize("name", AT_MOST + AT_LEAST)
def test_nan_keeps_no_limit(name):
    assert not keeps(name, float("nan"), 0.0) and not keeps(name, 0.0, float("nan"))
    assert keeps(name, 0.5, 0.5)


def test_every_default_limit_has_a_direction():
    assert {name for limits in DEFAULT.values() for name in limits} <= set(AT_MOST + AT_LEAST)
    assert not set(AT_MOST) & set(AT_LEAST)
