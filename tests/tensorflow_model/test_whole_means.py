"""Means that float takes in turn are one in int8, and no farther from the truth for it."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import answer_of, float32_of, quantised, samples

from job.tensorflow_model.quantised.whole_means import with_whole_means

MAP = (1, 40, 50, 6)
KERNEL = np.random.RandomState(5).randn(3, 3, 6, 8).astype(np.float32)


def convolved(x):
    return tf.nn.relu(tf.nn.conv2d(x, tf.constant(KERNEL), [1, 1, 1, 1], "SAME"))


def in_turn(first, second, keepdims):
    return lambda x: tf.reduce_mean(tf.reduce_mean(convolved(x), first, keepdims=keepdims), second, keepdims=keepdims)


WHOLE = {"rows first": in_turn(2, 1, False), "rows first, axes kept": in_turn(2, 1, True),
         "columns first": in_turn(1, 1, False), "columns first, axes kept": in_turn(1, 2, True)}
IN_TURN = {
    "of what is float": lambda x: tf.reduce_mean(tf.reduce_mean(tf.exp(x), 2), 1),
    "channels": in_turn(3, 2, True),
    "one side, then channels": in_turn(2, 2, False),
    "one axis kept": lambda x: tf.reduce_mean(tf.reduce_mean(convolved(x), 2, keepdims=True), 1),
    "read in between": lambda x: _and_the_greatest(tf.reduce_mean(convolved(x), 2)),
}


def _and_the_greatest(rows):
    return tf.reduce_mean(rows, 1) + tf.reduce_max(rows, 1)


@pytest.mark.parametrize("name", WHOLE)
def test_it_is_one_in_int8(name, tmp_path):
    float32, given = float32_of(WHOLE[name], tmp_path, MAP), samples(MAP)
    int8 = quantised(float32, given)
    assert [each.name for each in int8.operators] == ["QUANTIZE", "CONV_2D", "MEAN", "DEQUANTIZE"]
    expected = np.array([answer_of(float32, x, tmp_path) for x, in given])
    answers = np.array([answer_of(int8, x, tmp_path) for x, in given])
    assert 0 < np.abs(answers - expected).max() <= 0.01 * np.ptp(expected)


@pytest.mark.parametrize("name", IN_TURN)
def test_it_stays_in_turn(name, tmp_path):
    file = float32_of(IN_TURN[name], tmp_path, MAP)
    assert with_whole_means(file).operators == file.operators


def test_of_a_large_plain_area_nothing_is_lost(tmp_path):
    """A sum of floats, one after the other, is wrong by 3e-3 here."""
    shape = (1, 512, 512, 1)
    file = float32_of(lambda x: tf.reduce_mean(tf.reduce_mean(x * 1.0 + 0.0, 2), 1), tmp_path, shape)
    plain = np.full(shape, 0.7, np.float32)
    found = answer_of(quantised(file, [(plain,), (0 * plain,)]), plain, tmp_path)
    assert abs(float(found.reshape(())) - 0.7) < 0.7 / 255
