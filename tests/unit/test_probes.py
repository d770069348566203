"""Probes: the same bits everywhere, of several kinds, and not all answered alike."""
import hashlib

import numpy as np
import pytest

from job.parity.probes import (
    load_probes,
    make_probes,
    probe_counts,
    probes_for,
    probes_from_arrays,
    save_probes,
)
from job.values import TensorFacts


EXPECTED_DIGEST = "faa8c8ddb6bb01fa52e2bcea71460cba85f63b2eceb4d53e3bff510d49fd9a27"


def facts(name="image_array", dtype="float32", shape=(1, 3, 20, 28)):
    return TensorFacts(name, dtype, shape, tuple(range(len(shape))))


def digest(probes):
    state = hashlib.sha256()
    for probe in probes:
        for array in probe.inputs:
            state.update(array.tobytes())
    return state.hexdigest()


def test_the_same_bits_on_every_run_and_cpu():
    assert digest(make_probes((facts(),), 8)) == EXPECTED_DIGEST


def test_first_probes_do_not_depend_on_their_number():
    assert digest(make_probes((facts(),), 3)) == digest(make_probes((facts(),), 8)[:3])


def test_kinds_take_turns_and_structured_ones_come_first():
    names = [probe.name for probe in make_probes((facts(),), 6)]
    kinds = ["image-like", "structured", "negative-heavy", "normal"]
    assert names == [kind + "-0" for kind in kinds] + ["image-like-1", "structured-1"]


def test_values_lie_on_a_coarse_grid():
    for probe in make_probes((facts(),), 8):
        assert (probe.inputs[0] * 1024 == np.round(probe.inputs[0] * 1024)).all()


def test_normal_is_standard_normal():
    values = make_probes((facts(shape=(1, 3, 100, 101)),), 4)[3].inputs[0]
    assert abs(values.mean()) < 0.02
    assert abs(values.std() - 1) < 0.02
    assert abs((np.abs(values) < 1).mean() - 0.683) < 0.01


def test_negative_heavy_is_mostly_negative_and_has_positive_values():
    values = make_probes((facts(),), 3)[2].inputs[0]
    assert 0.75 < (values < 0).mean() < 1


def test_image_like_stays_in_a_photographs_range_and_is_smooth():
    values = make_probes((facts(shape=(1, 3, 90, 110)),), 1)[0].inputs[0]
    assert -2 <= values.min() < -0.5 and 0.5 < values.max() <= 2.6
    assert np.abs(np.diff(values, axis=3)).mean() < 0.5 * values.std()


@pytest.mark.parametrize(
    "shape", [(), (7,), (2, 5), (1, 4, 9), (2, 3, 6, 5), (1, 2, 3, 4, 5), (1, 1, 1, 1), (1, 1)]
)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64", "int32", "uint8", "bool"])
def test_any_rank_and_type(shape, dtype):
    probes = make_probes((facts(dtype=dtype, shape=shape),), 8)
    assert {(probe.inputs[0].shape, str(probe.inputs[0].dtype)) for probe in probes} == {(shape, dtype)}


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8", "bool"])
def test_no_two_probes_are_equal(dtype):
    probes = make_probes((facts(dtype=dtype),), 8)
    assert len({probe.inputs[0].tobytes() for probe in probes}) == 8


def test_integers_are_small_indices_and_bytes_fill_their_range():
    for probe in make_probes((facts(dtype="int64"), facts(dtype="uint8")), 4):
        assert 0 <= probe.inputs[0].min() and probe.inputs[0].max() < 8
    assert np.ptp(make_probes((facts(dtype="uint8", shape=(1, 64, 64, 3)),), 1)[0].inputs[0]) > 128


@pytest.mark.parametrize("shape", [(1, 40), (2, 7), (1, 1, 8, 8), (3, 2)])
def test_no_mask_hides_or_shows_all_of_a_row(shape):
    for probe in make_probes((facts("mask", "bool", shape),), 8):
        shown = probe.inputs[0].sum(-1)
        assert shown.min() > 0 and shown.max() < shape[-1]


def test_whole_numbers_lie_where_they_are_said_to():
    lengths, one = (facts(name, "int64", (40,))._replace(values_within=within)
                    for name, within in (("n", (3., 5.)), ("o", (9., 9.))))
    for probe in make_probes((lengths, one), 4):
        assert set(probe.inputs[0]) == {3, 4, 5} and set(probe.inputs[1]) == {9} and probe.inputs[0].dtype == np.int64


def test_inputs_of_one_probe_differ():
    left, right = make_probes((facts("left"), facts("right")), 1)[0].inputs
    assert not np.array_equal(left, right)


def test_neither_batch_nor_channels_nor_axes_repeat():
    for probe in make_probes((facts(shape=(2, 3, 12, 12)),), 8):
        values = probe.inputs[0]
        assert not np.array_equal(values[0], values[1])
        assert not np.array_equal(values[:, 0], values[:, 1])
        assert not np.array_equal(values, values.transpose(0, 1, 3, 2))
        assert not np.array_equal(values, values[..., ::-1])


def test_a_fresh_networks_stand_in_does_not_answer_all_alike():
    rng = np.random.RandomState(5)
    first, second = rng.randn(16, 3 * 20 * 28) / 40, rng.randn(10, 16) / 4
    inputs = [probe.inputs[0].ravel() for probe in make_probes((facts(),), 4)]
    answers = np.stack([second.dot(np.maximum(first.dot(x), 0)) for x in inputs])
    assert (answers - answers.mean(axis=0)).std() > 0.05 * np.ptp(answers)


def test_saved_probes_come_back_and_have_equal_bytes(tmp_path):
    probes = make_probes((facts(), facts("mask", "bool", (4,))), 3)
    save_probes(tmp_path / "a.npz", probes)
    save_probes(tmp_path / "b.npz", probes)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = load_probes(tmp_path / "a.npz")
    assert [probe.name for probe in back] == [probe.name for probe in probes]
    assert digest(back) == digest(probes)
    assert [array.dtype for array in back[0].inputs] == [np.dtype("float32"), np.dtype("bool")]


def test_more_than_ten_probes_and_inputs_keep_their_order(tmp_path):
    samples = [[np.full(2, 100 * p + i) for i in range(12)] for p in range(12)]
    probes = probes_from_arrays(samples, "abcdefghijkl")
    save_probes(tmp_path / "p.npz", probes)
    back = load_probes(tmp_path / "p.npz")
    assert back[11].name == "sample:l"
    assert [int(array[0]) for array in back[1].inputs] == [100 + i for i in range(12)]


@pytest.mark.parametrize("multiply_adds", [0, 10 ** 6, 3 * 10 ** 8, 2 * 10 ** 9, 10 ** 10])
def test_float_stages_answer_two_or_more_and_quantised_ones_at_least_one(multiply_adds):
    counts = probe_counts(multiply_adds)
    assert min(counts[stage] for stage in ("pytorch", "onnx", "keras", "saved_model", "tflite.float32")) >= 2
    assert counts["pytorch"] == max(counts.values())
    assert min(counts["tflite.dynamic"], counts["tflite.int8"]) >= 1


def test_more_work_never_means_more_probes():
    rows = [probe_counts(work) for work in (10 ** 7, 10 ** 8, 5 * 10 ** 8, 10 ** 9, 2 * 10 ** 9, 10 ** 10)]
    for before, after in zip(rows, rows[1:]):
        assert all(after[stage] <= before[stage] for stage in before)


@pytest.mark.parametrize("multiply_adds, own", [(10 ** 8, 8), (3 * 10 ** 8, 4), (10 ** 9, 3), (2 * 10 ** 9, 1), (10 ** 10, 1)])
def test_int8_is_asked_as_many_of_the_users_own_as_its_kernels_have_time_for(multiply_adds, own):
    given = probes_from_arrays([(np.full((1, 3, 20, 28), number, np.float32),) for number in range(12)], range(12), "own")
    probes = probes_for((facts(),), multiply_adds, calibration=given)
    counts = probe_counts(multiply_adds, calibration=len(given))
    assert [probe.name for probe in probes[:counts["tflite.int8"]]] == ["own:{}".format(number) for number in range(own)]
    assert len(probes) == counts["pytorch"] == own + probe_counts(multiply_adds)["pytorch"]


def test_nobody_writes_to_what_the_next_of_a_batch_is_asked_too():
    probes = make_probes((facts(),), 2)
    assert make_probes((facts(),), 2) is probes
    with pytest.raises(ValueError):
        probes[1].inputs[0][:] = 0
