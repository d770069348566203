"""The .tflite files: names, operators, errors of toco."""
import errno
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from small_models import inputs_for, plain_graph

from job.errors import BadCheckpoint, EnvironmentFailed, StageFailed
from job.tensorflow_model.describe import describe_tflite
from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.runners import KerasRunner, TFLiteRunner
from job.tensorflow_model.tflite import tflite_steps, write_tflite
from job.tensorflow_model.toco import Step, TocoRun, last_words


def converted(model, folder: Path, batch: int = 1) -> Path:
    write_tflite(frozen_graph(model, batch), "float32", folder / "m.float32.tflite")
    return folder / "m.float32.tflite"


def test_names_order_and_shapes_are_the_published_ones(written):
    for mode in ("float32", "dynamic"):
        described = describe_tflite(written.folder, "m.{}.tflite".format(mode), mode)
        assert [(each["name"], each["shape"], each["dtype"], each["quantization"])
                for each in described.inputs + described.outputs] == [
            ("image", [1, 7, 9, 3], "float32", None), ("side", [1, 5], "float32", None),
            ("scores", [1, 150], "float32", None), ("features", [1, 3, 8, 8], "float32", None)]


def test_operators_are_counted_and_lean(written):
    described = describe_tflite(written.folder, "m.float32.tflite", "float32")
    assert described.operators == {
        "ADD": 2, "CONV_2D": 2, "DEPTHWISE_CONV_2D": 1, "FULLY_CONNECTED": 2, "MEAN": 1}
    assert (described.nodes, described.plumbing, described.mode) == (8, 0, "float32")
    assert described.size == (written.folder / "m.float32.tflite").stat().st_size


def test_dynamic_holds_int8_weights_with_a_scale(written):
    tensors = open_tflite(written.folder / "m.dynamic.tflite").tensors
    quantised = [tensor for tensor in tensors if tensor.dtype == "int8"]
    assert [tensor.shape for tensor in quantised] == [(150, 8)]
    assert quantised[0].scale[0] > 0 and quantised[0].zero_point in ((0,), ())


def test_the_batch_is_that_of_the_input_shape(written, tmp_path):
    model = written.model
    inputs = inputs_for(model, batch=4)
    with TFLiteRunner(converted(model, tmp_path, batch=4)) as run, KerasRunner(model) as keras:
        np.testing.assert_allclose(run(*inputs)[0], keras(*inputs)[0], atol=1e-5)


def test_linear_with_its_kernel_as_pytorch_has_it(tmp_path):
    kernel = np.random.RandomState(1).randn(11, 13).astype(np.float32)
    model = plain_graph(lambda x: tf.matmul(x, tf.constant(kernel), transpose_b=True), [None, 13])
    file = converted(model, tmp_path)
    assert describe_tflite(tmp_path, file.name, "float32").operators == {"FULLY_CONNECTED": 1}
    inputs = inputs_for(model)
    with TFLiteRunner(file) as run:
        np.testing.assert_allclose(run(*inputs)[0], inputs[0].dot(kernel.T), atol=1e-5)


@pytest.mark.parametrize("build", [lambda x: x, tf.nn.relu, lambda x: tf.nn.relu6(tf.nn.relu(x) + 0.0)])
def test_names_survive_the_smallest_networks(tmp_path, build):
    model = plain_graph(build, [None, 3, 4, 5])
    file = open_tflite(converted(model, tmp_path))
    assert [file.tensors[index].name for index in file.inputs + file.outputs] == ["image_array", "category"]
    inputs = inputs_for(model)
    with TFLiteRunner(tmp_path / "m.float32.tflite") as run, KerasRunner(model) as keras:
        np.testing.assert_array_equal(run(*inputs)[0], keras(*inputs)[0])


def explicit_padding(x):
    return tf.nn.conv2d(x, tf.ones([3, 3, 4, 2]), strides=1, padding=[[0, 0], [1, 1], [1, 1], [0, 0]])


def test_death_of_toco_is_an_error_with_its_last_words(tmp_path):
    model = plain_graph(explicit_padding, [None, 6, 5, 4])
    with pytest.raises(StageFailed) as raised:
        converted(model, tmp_path)
    assert raised.value.message == ("toco was killed by SIGABRT: Check failed: status.ok() "
                                    "Bad padding (only SAME and VALID are supported)")
    assert (raised.value.exit_code, raised.value.stage) == (5, "tflite.float32")
    assert list(tmp_path.iterdir()) == []


def test_an_operator_without_a_builtin_is_refused_by_name(tmp_path):
    with pytest.raises(StageFailed, match="(?s)toco failed: Some of the operators.*Erf"):
        converted(plain_graph(tf.math.erf, [None, 6]), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_the_batch_may_be_open():
    with pytest.raises(StageFailed, match="image_array has shape"):
        frozen_graph(plain_graph(tf.nn.relu, [None, None, 3]), batch=1)


def test_a_full_disk_is_an_os_error(tmp_path):
    def full() -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with TocoRun(Step("tflite.float32", full, tmp_path / "m")) as run, pytest.raises(OSError) as raised:
        run.finish()
    assert raised.value.errno == errno.ENOSPC
    assert raised.value.filename == str(tmp_path / "m")


def test_out_of_memory_says_so(tmp_path):
    with TocoRun(Step("tflite.float32", lambda: os.kill(os.getpid(), signal.SIGKILL), tmp_path / "m")) as run:
        with pytest.raises(StageFailed, match="killed by SIGKILL: it said nothing") as raised:
            run.finish()
    assert "memory" in raised.value.hint


def test_a_volume_that_went_away_under_it_is_to_be_tried_again(tmp_path):
    with TocoRun(Step("tflite.float32", lambda: os.kill(os.getpid(), signal.SIGBUS), tmp_path / "m")) as run:
        with pytest.raises(EnvironmentFailed, match="m was killed by SIGBUS: a file that it had mapped"):
            run.finish()


def test_leaving_early_ends_the_conversion(tmp_path):
    started = time.monotonic()
    with pytest.raises(KeyError), TocoRun(Step("tflite.float32", lambda: time.sleep(600), tmp_path / "m")) as run:
        process = run._process
        raise KeyError
    assert time.monotonic() - started < 120
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_one_after_another_in_one_process_give_the_same_bytes(written, tmp_path):
    frozen, seen = frozen_graph(written.model, batch=1), tmp_path / "seen"
    files = {"float32": tmp_path / "a", "dynamic": tmp_path / "b"}
    steps = tflite_steps(frozen, files, {
        "float32": lambda: seen.write_text("a is there, b is {}".format(files["dynamic"].exists()))})
    with TocoRun(*steps) as run:
        run.finish("tflite.float32")
        assert seen.read_text() == "a is there, b is False"
        assert files["float32"].read_bytes() == (written.folder / "m.float32.tflite").read_bytes()
        run.finish()
    assert files["dynamic"].read_bytes() == (written.folder / "m.dynamic.tflite").read_bytes()


def test_the_step_that_failed_is_named(tmp_path):
    def fails():
        raise ValueError("no such thing")

    steps = Step("tflite.float32", lambda: [b"x"], tmp_path / "a"), Step("tflite.dynamic", fails, tmp_path / "b")
    with TocoRun(*steps) as run:
        run.finish("tflite.float32")
        with pytest.raises(StageFailed, match="the quantizer failed: no such thing") as raised:
            run.finish()
    assert raised.value.stage == "tflite.dynamic"


def test_a_jobs_own_error_comes_out_as_it_is(tmp_path):
    """Such as of a calibration sample: whose fault it is decides the exit code, and its hint is the better one."""
    def fails():
        os.write(1, b"words of a library")
        raise BadCheckpoint("sample 3 makes NaN", hint="look at it", stage="tflite.int8")

    with TocoRun(Step("tflite.int8", fails, tmp_path / "m")) as run, pytest.raises(BadCheckpoint) as raised:
        run.finish()
    assert str(raised.value) == "sample 3 makes NaN\n  hint: look at it" and raised.value.stage == "tflite.int8"


def test_last_words_carry_no_time_and_no_asides():
    log = ("2019-01-02 03:04:05.678: I tensorflow/a.cc:12] Before general graph transformations\n"
           "2019-01-02 03:04:05.678: F tensorflow/b.cc:98] Check failed: x == y\n")
    assert last_words(log) == "Check failed: x == y"
    assert last_words("first\n\nsecond\nline\n") == "second\nline"
    assert last_words("") == ""
