"""The gate: equal answers pass, and each planted fault fails for its own reason."""
import numpy as np
import pytest

from job.errors import ParityFailed
from job.parity.gate import first_drift, judge, parity_failed
from job.parity.tolerance import tolerance_for

FLOAT, DYNAMIC = tolerance_for("keras"), tolerance_for("tflite.dynamic")
PROBES = ("image-like-0", "structured-0", "negative-heavy-0", "normal-0")


def reference(seed=3):
    rng = np.random.RandomState(seed)
    return [(rng.randn(2, 40).astype(np.float32), rng.randn(2, 3, 4, 5).astype(np.float32)) for _ in PROBES]


def copied(answers):
    return [tuple(array.copy() for array in answer) for answer in answers]


def keras(answers, tolerance=FLOAT, **more):
    return judge("keras", ("category", "map"), reference(), answers, tolerance, PROBES, **more)


def reasons(stage):
    return " ".join(reason for output in stage.outputs for reason in output.reasons)


@pytest.mark.parametrize("tolerance", [FLOAT, DYNAMIC])
def test_equal_answers_pass(tolerance):
    stage = keras(reference(), tolerance)
    assert stage.passed and reasons(stage) == "" and first_drift([stage]) is None


def test_float_noise_passes_and_quantisation_noise_passes_only_where_it_is_expected():
    assert keras(noisy(1e-6)).passed
    assert not keras(noisy(3e-2)).passed and keras(noisy(3e-2), DYNAMIC).passed
    assert not keras(noisy(1.0), DYNAMIC).passed


def noisy(level):
    rng = np.random.RandomState(0)
    return [tuple(x + np.float32(level) * rng.randn(*x.shape).astype("f4") for x in y) for y in reference()]


def with_category(change):
    """Answers whose first output went through ``change(array, number of the probe)``."""
    pairs = enumerate(reference())
    return [(change(category, number).astype(np.float32), rest) for number, (category, rest) in pairs]


def spoilt(value):
    def change(x, number):
        if number == 2:
            x = x.copy()
            x[1, 17] = value
        return x
    return change


FAULTS = {
    "nan": (spoilt(np.nan), "1 NaN and 0 infinite values"),
    "infinity": (spoilt(-np.inf), "0 NaN and 1 infinite values"),
    "one element": (spoilt(0.0), "max error"),
    "all nan": (lambda x, n: x * np.nan, "320 NaN"),
    "sign flip": (lambda x, n: -x, "cosine -1.0"),
    "scaled by 1.001": (lambda x, n: x * 1.001, "max error"),
    "small offset": (lambda x, n: x + 0.003, "max error"),
    "shuffled classes": (lambda x, n: x[:, ::-1], "cosine"),
    "batch swapped": (lambda x, n: x[::-1], "cosine"),
    "always zero": (lambda x, n: 0 * x, "cosine 0.0"),
    "always the same": (lambda x, n: reference()[0][0], "nearest to the reference's answer to the same probe"),
    "another probe's answer": (lambda x, n: reference()[1][0] if n == 2 else x, "only 75 % of the answers"),
}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_planted_fault_fails_for_its_reason(fault):
    change, reason = FAULTS[fault]
    stage = keras(with_category(change))
    assert not stage.passed
    assert reason in " ".join(stage.outputs[0].reasons)
    assert stage.outputs[1].passed
    assert first_drift([stage]).output == "category"


@pytest.mark.parametrize(
    "fault",
    ["nan", "infinity", "all nan", "sign flip", "shuffled classes", "batch swapped", "always zero",
     "always the same", "another probe's answer"],
)
def test_planted_fault_fails_the_quantised_gate_too(fault):
    stage = keras(with_category(FAULTS[fault][0]), DYNAMIC)
    assert not stage.outputs[0].passed and stage.outputs[1].passed


def test_swapped_axes_fail():
    square = [(answer[1][..., :4],) for answer in reference()]
    swapped = [(answer[0].transpose(0, 1, 3, 2),) for answer in square]
    stage = judge("keras", ("map",), square, swapped, FLOAT, PROBES)
    assert "max error" in reasons(stage)


@pytest.mark.parametrize("shape", [(2, 3, 5, 4), (3, 4, 5), (2, 3, 4, 6), (1, 3, 4, 5)])
def test_another_shape_fails_even_where_it_would_broadcast(shape):
    answers = copied(reference())
    answers[1] = (answers[1][0], np.zeros(shape, np.float32))
    assert "in place of (2, 3, 4, 5) at probe structured-0" in reasons(keras(answers))


@pytest.mark.parametrize("dtype", ["float64", "float16", "int32", "bool"])
def test_another_type_fails(dtype):
    answers = [(answer[0].astype(dtype), answer[1]) for answer in reference()]
    assert "{} in place of float32".format(dtype) in reasons(keras(answers))


@pytest.mark.parametrize("answers, reason", [
    (reference()[:3], "answered 3 of 4 probes"),
    (reference() + reference()[:1], "answered 5 of 4 probes"),
    ([], "answered 0 of 4 probes"),
    ([answer[:1] for answer in reference()], "answered with 1 outputs in place of 2"),
    ([answer + answer[:1] for answer in reference()], "answered with 3 outputs in place of 2"),
    ([answer[::-1] for answer in reference()], "in place of (2, 40)"),
])
def test_missing_and_extra_answers_fail(answers, reason):
    stage = keras(answers)
    assert not stage.passed and reason in reasons(stage)


def test_zero_probes_and_zero_outputs_fail():
    nothing = judge("keras", ("category",), [], [], FLOAT)
    assert not nothing.passed and "no probe was asked" in reasons(nothing)
    no_outputs = judge("keras", (), reference(), [()] * 4, FLOAT, PROBES)
    assert not no_outputs.passed
    assert first_drift([no_outputs]).message == "keras: no output was compared"


def test_empty_outputs_fail():
    empty = [(np.zeros((1, 0), np.float32),)] * 4
    assert "no elements" in reasons(judge("keras", ("category",), empty, empty, FLOAT))


def test_constant_answers_never_match():
    ones = [(np.ones((1, 40), np.float32),)] * 4
    for tolerance in (FLOAT, DYNAMIC):
        assert not judge("keras", ("category",), ones, ones, tolerance).passed


def test_nan_in_both_never_matches():
    answers = with_category(spoilt(np.nan))
    assert not judge("keras", ("category", "map"), answers, answers, FLOAT, PROBES).outputs[0].passed


def test_no_limit_is_no_pass():
    assert "no limit applies" in reasons(keras(reference(), {}))


def test_a_stage_may_be_asked_some_of_the_probes():
    assert keras([reference()[0], reference()[3]], asked=(0, 3)).passed
    swapped = keras([reference()[3], reference()[0]], DYNAMIC, asked=(0, 3))
    assert not swapped.passed and "only 0 % of the answers are nearest" in reasons(swapped)
    one = keras([reference()[1]], DYNAMIC, asked=(0,))
    assert "only 0 % of the answers are nearest" in reasons(one)


def test_argmax_is_compared_exactly_and_its_width_is_free():
    classes = [(np.array([1, 2, 3, 4]) + number,) for number in range(4)]
    assert judge("keras", ("class",), classes, [(x.astype(np.int32),) for x, in classes], FLOAT).passed
    wrong = copied(classes)
    wrong[3][0][2] += 1
    stage = judge("keras", ("class",), classes, wrong, FLOAT, PROBES)
    assert "6.25 % of the elements differ" in reasons(stage)
    assert "at probe normal-0, index (2): 7.0 against the reference's 6.0" in reasons(stage)
    as_float = [(x.astype(np.float32),) for x, in classes]
    assert "float32 in place of int64" in reasons(judge("keras", ("class",), classes, as_float, FLOAT))


@pytest.mark.parametrize("tolerance, loss, differing, passed", [
    (FLOAT, 2e-4, 1, True), (FLOAT, 2.01e-4, 1, False), (FLOAT, 0.0, 4, True), (FLOAT, 0.0, 5, False), (FLOAT, float("nan"), 1, False),
    (DYNAMIC, 0.15, 1, True), (DYNAMIC, 0.151, 1, False), (DYNAMIC, 0.0, 410, False), (DYNAMIC, 0.0, 400, True)])
def test_an_argmax_is_held_to_the_scores_that_it_chose_from(tolerance, loss, differing, passed):
    """Of 4 x 1000 choices. By how far their numbers lie apart nothing is said: they name classes."""
    classes = [(np.arange(1000) % 7 + number,) for number in range(4)]
    given = copied(classes)
    for number in range(differing):
        given[number % 4][0][number // 4] = 900
    assert not judge("keras", ("class",), classes, given, tolerance, PROBES).passed
    stage = judge("keras", ("class",), classes, given, tolerance, PROBES, losses={"class": loss})
    assert stage.passed == passed and set(stage.outputs[0].tolerance) == {"top1_loss", "mismatch"}


def test_a_network_that_answers_nearly_alike_is_held_to_its_spread():
    base = reference()[0][0]
    alike = [(base + np.float32(1e-5) * answer[0],) for answer in reference()]
    assert judge("keras", ("category",), alike, alike, FLOAT).passed
    mixed_up = [alike[1]] + alike[1:]
    stage = judge("keras", ("category",), alike, mixed_up, FLOAT, PROBES)
    assert not any("max error" in reason for reason in stage.outputs[0].reasons)
    assert "of what tells one probe's answer from another's" in reasons(stage)


def test_8_bits_need_not_tell_answers_apart_that_are_nearly_alike():
    """Noise far below them moves an answer to another probe's: the float stages show which is whose."""
    base = reference()[0][0]
    alike = [(base + np.float32(1e-5) * answer[0],) for answer in reference()]
    moved = [alike[1]] + alike[1:]
    assert judge("tflite.int8", ("category",), alike, moved, DYNAMIC).passed
    whole = [answer[:1] for answer in reference()]
    apart = [whole[1]] + whole[1:]
    assert "nearest to the reference's answer to the same probe" in reasons(
        judge("tflite.int8", ("category",), whole, apart, DYNAMIC, PROBES))


def test_drift_says_stage_output_place_and_both_values():
    answers = copied(reference())
    answers[0][0][0, 17] += 0.2
    drift = first_drift([keras(reference()), keras(answers), keras([])])
    value = "{:.6g}".format(answers[0][0][0, 17])
    assert drift.message.startswith("keras: output `category` differs from PyTorch: max error ")
    place = "% of the output's range at probe image-like-0, index (0, 17): {} against the reference's "
    assert place.format(value) in drift.message
    assert "(allowed 0.01 %)" in drift.message


def test_the_error_names_stage_and_layer_and_has_a_hint():
    drift = first_drift([keras([])])._replace(layer="fc")
    error = parity_failed(drift)
    assert isinstance(error, ParityFailed) and error.exit_code == 6 and error.stage == "keras"
    assert error.message.endswith("(first at layer fc)") and "report it" in error.hint
    assert "--quantize" in parity_failed(drift._replace(stage="tflite.dynamic")).hint
    assert "checkpoint" in parity_failed(drift._replace(stage="pytorch")).hint


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("tolerance", [FLOAT, DYNAMIC])
def test_any_permutation_of_random_answers_fails(seed, tolerance):
    rng = np.random.RandomState(seed)
    order = rng.permutation(40)
    assert not np.array_equal(order, np.arange(40))
    assert not keras(with_category(lambda x, n: x[:, order]), tolerance).passed
