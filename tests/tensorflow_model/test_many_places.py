"""Layers of 1.14 in 8 bits make something else of one channel of 65,536 places: they are float."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import answer_of, float32_of, quantised, samples


def convolved(channels):
    kernel = np.random.RandomState(5).randn(3, 3, 4, channels).astype(np.float32)
    return lambda x: tf.nn.conv2d(x, tf.constant(kernel), [1, 1, 1, 1], "SAME")


def rows(channels):
    weights = np.random.RandomState(5).randn(4, channels).astype(np.float32)
    return lambda x: tf.reshape(x, [-1, 4]) @ tf.constant(weights)


@pytest.mark.parametrize("layer, name", [(convolved, "CONV_2D"), (rows, "FULLY_CONNECTED")])
@pytest.mark.parametrize("height, width, channels, in_8_bits", [
    (255, 257, 1, True), (256, 256, 1, False), (256, 256, 2, True), (256, 512, 2, False)])
def test_answers(layer, name, height, width, channels, in_8_bits, tmp_path):
    shape = (1, height, width, 4)
    float32, given = float32_of(layer(channels), tmp_path, shape), samples(shape, count=2)
    int8 = quantised(float32, given)
    made, = (int8.tensors[operator.outputs[0]].dtype for operator in int8.operators if operator.name == name)
    assert made == ("int8" if in_8_bits else "float32")
    expected, found = (answer_of(file, given[0][0], tmp_path) for file in (float32, int8))
    assert np.abs(found - expected).max() <= 0.03 * np.ptp(expected)
