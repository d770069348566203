"""Weights of a dynamic file that 8 bits do not serve: float32 again, and nothing else of it changed."""
import numpy as np
import pytest
import tensorflow as tf
from small_models import plain_graph

from job.errors import StageFailed
from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.quantised.float_weights import needs_float_weights, with_float_weights
from job.tensorflow_model.runners import KerasRunner, TFLiteRunner
from job.tensorflow_model.tflite import write_tflite

CHANNELS = 48


def depthwise_network(x):
    """Two depthwise convolutions, large enough for toco to quantise, whose channels differ in scale, and a plain one."""
    random = np.random.RandomState(0)
    for size in (5, 7):
        kernel = random.randn(size, size, CHANNELS, 1) * 10.0 ** random.uniform(-2, 0, CHANNELS)[:, None]
        x = tf.nn.relu(tf.nn.depthwise_conv2d(x, tf.constant(kernel.astype(np.float32)), [1, 1, 1, 1], "SAME"))
    kernel = random.randn(1, 1, CHANNELS, 40).astype(np.float32)
    return tf.nn.conv2d(x, tf.constant(kernel), [1, 1, 1, 1], "SAME")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("depthwise")
    model = plain_graph(depthwise_network, [None, 9, 7, CHANNELS])
    frozen = frozen_graph(model, 1)
    for mode in ("float32", "dynamic"):
        write_tflite(frozen, mode, folder / mode)
    return folder, model


def test_no_weights_are_turned_back_at_run_time(files):
    folder, _ = files
    names = {mode: [operator.name for operator in open_tflite(folder / mode).operators] for mode in ("float32", "dynamic")}
    assert names["dynamic"] == names["float32"] == ["DEPTHWISE_CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D"]
    assert not needs_float_weights(open_tflite(folder / "dynamic"))


def test_the_plain_convolution_keeps_its_int8_weights(files):
    folder, _ = files
    file = open_tflite(folder / "dynamic")
    dtypes = {operator.name: file.tensors[operator.inputs[1]].dtype for operator in file.operators}
    assert dtypes == {"DEPTHWISE_CONV_2D": "float32", "CONV_2D": "int8"}


def test_the_depthwise_values_are_those_of_the_float_file(files):
    folder, _ = files
    x = np.random.RandomState(1).randn(1, 9, 7, CHANNELS).astype(np.float32)
    inner = {}
    for mode in ("float32", "dynamic"):
        file = open_tflite(folder / mode)
        names = [file.tensors[operator.outputs[0]].name for operator in file.operators if "DEPTHWISE" in operator.name]
        with TFLiteRunner(folder / mode) as run:
            inner[mode] = [run.inner_values([x], [name])[name] for name in names]
    for float32, dynamic in zip(inner["float32"], inner["dynamic"]):
        assert float32.std() > 0 and np.array_equal(float32, dynamic)


def test_the_whole_file_is_nearer_to_the_network_than_8_bits_of_depthwise_allow(files):
    folder, model = files
    x = np.random.RandomState(2).randn(1, 9, 7, CHANNELS).astype(np.float32)
    with KerasRunner(model) as keras, TFLiteRunner(folder / "dynamic") as run:
        expected, answer = keras(x)[0], run(x)[0]
    assert np.abs(expected - answer).max() <= 0.03 * np.ptp(expected)


def test_files_of_two_networks_are_not_mixed(files, tmp_path):
    folder, _ = files
    other = frozen_graph(plain_graph(lambda x: tf.nn.relu(x) + 1, [None, 3]), 1)
    write_tflite(other, "float32", tmp_path / "other")
    with pytest.raises(StageFailed, match="other operators"):
        with_float_weights(open_tflite(folder / "dynamic"), open_tflite(tmp_path / "other"))


def dilated_network(x):
    """Dilations on one axis and on both; the last dilated convolution has the weights of one that is not."""
    random = np.random.RandomState(3)
    kernels = [tf.constant(random.randn(3, 3, CHANNELS, CHANNELS).astype(np.float32) / 20) for _ in range(2)]
    x = tf.nn.relu(tf.nn.conv2d(x, kernels[0], [1, 1, 1, 1], "SAME", dilations=[1, 2, 1, 1]))
    x = tf.nn.relu(tf.nn.conv2d(x, kernels[1], [1, 1, 1, 1], "VALID", dilations=[1, 2, 3, 1]))
    return tf.nn.conv2d(x, kernels[0], [1, 1, 1, 1], "SAME")


def test_dilated_convolutions_are_what_the_float_file_has(tmp_path):
    """TensorFlow Lite 1.14 has no dilation with int8 weights: it answered with another convolution."""
    model = plain_graph(dilated_network, [None, 13, 17, CHANNELS])
    frozen = frozen_graph(model, 1)
    write_tflite(frozen, "dynamic", tmp_path / "dynamic")
    file = open_tflite(tmp_path / "dynamic")
    assert [operator.dilations for operator in file.operators] == [(1, 2), (3, 2), (1, 1)]
    assert [file.tensors[operator.inputs[1]].dtype for operator in file.operators[:2]] == ["float32", "float32"]
    assert not needs_float_weights(open_tflite(tmp_path / "dynamic"))
    x = np.random.RandomState(4).randn(1, 13, 17, CHANNELS).astype(np.float32)
    with KerasRunner(model) as keras, TFLiteRunner(tmp_path / "dynamic") as run:
        expected, answer = keras(x)[0], run(x)[0]
    assert np.abs(expected - answer).max() <= 0.03 * np.ptp(expected)


def test_a_fully_connected_layer_between_minus_one_and_one_can_be_run(tmp_path):
    """With int8 weights the kernel of 1.14 ends the process."""
    kernel = np.random.RandomState(5).randn(CHANNELS, CHANNELS).astype(np.float32)
    model = plain_graph(lambda x: tf.maximum(tf.minimum(tf.matmul(x, tf.constant(kernel)) + 0.5, 1), -1), [None, CHANNELS])
    write_tflite(frozen_graph(model, 1), "dynamic", tmp_path / "dynamic")
    layer, = open_tflite(tmp_path / "dynamic").operators
    assert (layer.name, layer.activation) == ("FULLY_CONNECTED", "RELU_N1_TO_1")
    x = np.random.RandomState(6).randn(1, CHANNELS).astype(np.float32) / 9
    with KerasRunner(model) as keras, TFLiteRunner(tmp_path / "dynamic") as run:
        assert np.ptp(keras(x)[0]) > 1 and np.allclose(keras(x)[0], run(x)[0], atol=1e-5)
