"""Weights in 8 bits are TensorFlow's own numbers, except where they do not serve."""
from typing import Callable

import numpy as np
import pytest
import tensorflow as tf
from own_step import constants, tensorflows
from small_models import plain_graph

from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.quantised.int8_weights import with_int8_weights
from job.tensorflow_model.runners import KerasRunner, TFLiteRunner
from job.tensorflow_model.tflite import write_tflite

CHANNELS = 48
OF_RANGE = 0.03
LAST_BELOW_HALF = np.nextafter(np.float32(0.5), np.float32(0))

Build = Callable[[tf.Tensor], tf.Tensor]


def seeded(*shape):
    return np.random.RandomState(len(shape)).randn(*shape).astype(np.float32)


def product(weights: np.ndarray) -> Build:
    return lambda x: tf.matmul(x, tf.constant(weights), transpose_b=True)


def looked_up(table: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    return tf.gather(table, tf.cast(tf.abs(x) * 10, tf.int32))


def table(rows: np.ndarray) -> Build:
    return lambda x: looked_up(tf.constant(rows), x)


def with_values(*values: float) -> np.ndarray:
    """Weights of which 127 is the largest, so that one step is one."""
    weights = np.zeros((40, 36), np.float32)
    weights[:len(values), :] = np.reshape(values, (-1, 1))
    weights[-1, -1] = 127
    return weights


def assert_near(model, path, x, tolerance=OF_RANGE):
    with KerasRunner(model) as keras, TFLiteRunner(path) as run:
        expected, answer = keras(x)[0], run(x)[0]
    assert 0 < np.abs(expected - answer).max() <= tolerance * np.ptp(expected)


def tables(x: tf.Tensor) -> tf.Tensor:
    """Two that are looked into, one of them by two, one too small, and one that arithmetic reads besides."""
    once, twice, small, shared = (tf.constant(seeded(rows, 40)) for rows in (90, 80, 25, 70))
    found = looked_up(once, x) + looked_up(twice, x) * looked_up(twice, x + 1) + looked_up(small, tf.minimum(x, 2))
    return found + looked_up(shared, x) * tf.reduce_sum(shared * tf.reduce_mean(x))


@pytest.mark.parametrize("weights", [
    seeded(40, 36), -np.abs(seeded(40, 36)), seeded(40, 36) * np.float32(1e-6), with_values(), np.zeros((40, 36), np.float32),
    with_values(0.5, -0.5, 1.5, -1.5, 2.5, 126.5, -126.5, LAST_BELOW_HALF, -LAST_BELOW_HALF, -127, -0.0),
    seeded(32, 32), seeded(31, 33), seeded(300, 401),
], ids=["both signs", "negative", "small", "one of all", "zeros", "halves", "1024", "1023", "many"])
@pytest.mark.parametrize("layer", [product, table], ids=["layer", "table"])
def test_numbers_are_those_of_tensorflow(layer, weights):
    frozen = frozen_graph(plain_graph(layer(weights), [None, weights.shape[1]]), 1)
    ours, theirs = with_int8_weights(tensorflows(frozen, False)), tensorflows(frozen, True)
    assert constants(ours, "int8") == constants(theirs, "int8")
    assert len(constants(ours, "int8")) == (weights.size >= 1024)
    assert constants(ours, "float32") == constants(theirs, "float32")


def with_small_channels(count: int, share: float) -> np.ndarray:
    """Forty channels of weights, so many of which are this share of the others."""
    weights = seeded(40, 36)
    weights[:count] *= np.float32(share)
    return weights


@pytest.mark.parametrize("count, share, kept", [
    (21, 0.01, True), (19, 0.01, False), (21, 0.2, False), (39, 1e-6, False), (40, 0.0, False)], ids=str)
@pytest.mark.parametrize("layer", [product, table], ids=["layer", "table"])
def test_a_layer_half_of_which_would_be_lost_stays_float(layer, count, share, kept, tmp_path):
    """What is as good as zero is no loss."""
    model = plain_graph(layer(with_small_channels(count, share)), [None, 36])
    write_tflite(frozen_graph(model, 1), "dynamic", tmp_path / "dynamic")
    found = {dtype for dtype in ("int8", "float32") for each in constants(open_tflite(tmp_path / "dynamic"), dtype).values()
             if each.shape == (40, 36)}
    assert found == {"float32" if kept else "int8"}


def test_rows_of_a_table_are_turned_back_and_published_by_their_name(tmp_path):
    model = plain_graph(table(seeded(90, 40)), [None, 3])
    write_tflite(frozen_graph(model, 1), "dynamic", tmp_path / "dynamic")
    file = open_tflite(tmp_path / "dynamic")
    assert [operator.name for operator in file.operators][-2:] == ["GATHER", "DEQUANTIZE"]
    assert [file.tensors[index].name for index in file.outputs] == ["category"]
    assert_near(model, tmp_path / "dynamic", np.float32([[2, -3.5, 0.1]]), tolerance=0.5 / 127)


def test_what_something_else_reads_too_stays_float(tmp_path):
    model = plain_graph(tables, [None, 4])
    write_tflite(frozen_graph(model, 1), "dynamic", tmp_path / "dynamic")
    file = open_tflite(tmp_path / "dynamic")
    shapes = {dtype: [tensor.shape for tensor in constants(file, dtype).values() if len(tensor.shape) == 2]
              for dtype in ("int8", "float32")}
    assert shapes == {"int8": [(90, 40), (80, 40)], "float32": [(25, 40), (70, 40)]}
    assert [operator.name for operator in file.operators].count("DEQUANTIZE") == 3
    assert_near(model, tmp_path / "dynamic", np.float32([[2, -1.5, 0.1, 0.6]]))


def depthwise_network(x):
    """Two depthwise convolutions, large enough to be quantised, whose channels differ in scale, and a plain one."""
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
    assert_near(model, folder / "dynamic", x)


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
    x = np.random.RandomState(4).randn(1, 13, 17, CHANNELS).astype(np.float32)
    assert_near(model, tmp_path / "dynamic", x)


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
