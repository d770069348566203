"""float16 files: weights rounded once, half the bytes, and answers that are those of the rounded weights in either runtime."""

import numpy as np
import pytest
import tensorflow as tf
from current_runtime import current_answers
from small_models import inputs_for, plain_graph, two_by_two_graph

from job.tensorflow_model.describe import describe_tflite
from job.tensorflow_model.flatbuffer.tflite_file import LAYERS, open_tflite
from job.tensorflow_model.flatbuffer.widening import widened
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.quantised.half_weights import with_half_weights
from job.tensorflow_model.runners import TFLiteRunner
from job.tensorflow_model.tflite import write_tflite

KERNEL = np.random.RandomState(5).randn(3, 3, 60, 64).astype(np.float32)


@pytest.fixture(scope="module")
def two_by_two(tmp_path_factory):
    """The folder of float32 and float16, and inputs."""
    folder, model = tmp_path_factory.mktemp("half"), two_by_two_graph()
    frozen = frozen_graph(model, 1)
    for mode in ("float32", "float16"):
        write_tflite(frozen, mode, folder / "m.{}.tflite".format(mode))
    return folder, inputs_for(model)


def rounded(file):
    """The same file with its layers' weights rounded: what float16 must answer."""
    weights = {operator.inputs[1]: file.tensors[operator.inputs[1]] for operator in file.operators if operator.name in LAYERS}
    return file.with_tensors({
        index: tensor._replace(content=tensor.values().astype(np.float16).astype("<f4").tobytes())
        for index, tensor in weights.items()})


def answers(file, given):
    with TFLiteRunner(file) as run:
        return run(*given)


def test_it_answers_as_the_float_file_with_rounded_weights(two_by_two, tmp_path):
    folder, given = two_by_two
    (tmp_path / "rounded.tflite").write_bytes(tflite_bytes(rounded(open_tflite(folder / "m.float32.tflite"))))
    exact, half = (answers(folder / "m.{}.tflite".format(mode), given) for mode in ("float32", "float16"))
    for want, other, have in zip(answers(tmp_path / "rounded.tflite", given), exact, half):
        assert np.array_equal(want, have) and np.ptp(have)
        assert 0 < np.abs(have - other).max() < 2e-3 * np.ptp(other)


def test_only_weights_of_layers_are_halves_and_each_is_widened(two_by_two):
    folder, _ = two_by_two
    before, after = (describe_tflite(folder, "m.{}.tflite".format(mode), mode) for mode in ("float32", "float16"))
    layers = sum(count for name, count in before.operators.items() if name in LAYERS)
    assert after.operators == dict(before.operators, DEQUANTIZE=layers)
    assert (after.inputs, after.outputs) == (before.inputs, before.outputs)
    file = open_tflite(folder / "m.float16.tflite")
    halves = {index for index, tensor in enumerate(file.tensors) if tensor.dtype == "float16"}
    assert halves == {operator.inputs[0] for operator in file.operators if operator.name == "DEQUANTIZE"}
    assert len(halves) == layers


def test_it_takes_half_the_bytes(tmp_path):
    graph = plain_graph(lambda x: tf.nn.conv2d(x, tf.constant(KERNEL), [1, 1, 1, 1], "SAME"), [None, 7, 9, 60])
    for mode in ("float32", "float16"):
        write_tflite(frozen_graph(graph, 1), mode, tmp_path / mode)
    whole, half = ((tmp_path / mode).stat().st_size for mode in ("float32", "float16"))
    assert KERNEL.size * 2 < half < KERNEL.size * 2 + 4000 and whole > KERNEL.size * 4


def test_weights_too_large_for_it_stay_float32(tmp_path):
    kernel = KERNEL.copy()
    kernel[1, 1, 3, 4] = 70000
    graph = plain_graph(lambda x: tf.nn.conv2d(x, tf.constant(kernel), [1, 1, 1, 1], "SAME"), [None, 7, 9, 60])
    for mode in ("float32", "float16"):
        write_tflite(frozen_graph(graph, 1), mode, tmp_path / mode)
    given = np.random.RandomState(3).randn(1, 7, 9, 60).astype(np.float32)
    assert np.array_equal(*(answers(tmp_path / mode, [given])[0] for mode in ("float32", "float16")))
    assert "DEQUANTIZE" not in describe_tflite(tmp_path, "float16", "float16").operators


def test_widening_leaves_other_files_alone_and_undoes_what_was_halved(two_by_two):
    folder, _ = two_by_two
    float32, half = (open_tflite(folder / "m.{}.tflite".format(mode)) for mode in ("float32", "float16"))
    assert widened(float32) is float32
    wide, want = widened(half), rounded(float32)
    assert wide.operators == float32.operators
    assert wide.tensors == want.tensors


def test_the_same_bytes_again(two_by_two):
    folder, _ = two_by_two
    again = tflite_bytes(with_half_weights(open_tflite(folder / "m.float32.tflite")))
    assert again == (folder / "m.float16.tflite").read_bytes()


def test_a_current_runtime_answers_alike(two_by_two, tmp_path, current_tensorflow):
    folder, given = two_by_two
    current = current_answers(current_tensorflow, folder / "m.float16.tflite", given, tmp_path)
    for name, wanted in zip(("scores", "features"), answers(folder / "m.float16.tflite", given)):
        assert np.abs(current[name] - wanted).max() <= 1e-5 * np.ptp(wanted)
