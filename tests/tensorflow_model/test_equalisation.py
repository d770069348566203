"""Channels of like ranges before int8: in float the same network, in int8 a better one."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import float32_of, quantised, samples

from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.quantised.equalisation import equalised
from job.tensorflow_model.quantised.equalised_groups import groups_of
from job.tensorflow_model.quantised.ranges import ranges_of
from job.tensorflow_model.runners import TFLiteRunner

WIDE = (1, 132, 131, 4)  # six samples of it are enough values
RANDOM = np.random.RandomState(3)
APART = np.float32([1, 0.05, 8, 0.3, 3, 0.02])  # what channels differ by
FIRST = RANDOM.randn(3, 3, 4, 6).astype(np.float32) * APART / 8
SECOND = RANDOM.randn(3, 3, 6, 1).astype(np.float32) / APART[:, np.newaxis]
LAST = RANDOM.randn(1, 1, 6, 5).astype(np.float32) / APART[:, np.newaxis]
CONSTANT_MAP = RANDOM.randn(*WIDE[:3], 6).astype(np.float32)
SHARED = RANDOM.randn(1, 1, 6, 6).astype(np.float32)


def first(x):
    return tf.nn.conv2d(x, tf.constant(FIRST), [1, 1, 1, 1], "SAME") + tf.constant(APART / 8)


def second(x):
    return tf.nn.depthwise_conv2d(x, tf.constant(SECOND), [1, 1, 1, 1], "VALID")


def last(x):
    return tf.nn.conv2d(x, tf.constant(LAST), [1, 1, 1, 1], "VALID")


def of_a_concat(x):
    narrow = tf.nn.conv2d(x, tf.constant(FIRST[..., :2] * 9), [1, 1, 1, 1], "SAME")
    wide = tf.concat([narrow, tf.nn.relu(first(x))], 3)
    scales = np.concatenate([SECOND[:, :, :2] / 9, SECOND], 2)
    return tf.nn.depthwise_conv2d(wide, tf.constant(scales), [1, 1, 1, 1], "VALID")


def of_a_sum(x):
    return last(tf.nn.relu(first(x) + tf.nn.conv2d(x, tf.constant(FIRST[:1, :1] * 3), [1, 1, 1, 1], "SAME")))


def of_a_layer_and_what_it_reads(x):
    """As GhostNet has it."""
    read = tf.nn.relu(first(x))
    made = tf.nn.depthwise_conv2d(read, tf.constant(SECOND * APART[:, np.newaxis]), [1, 1, 1, 1], "SAME")
    both = np.concatenate([SECOND] * 2, 2)
    return tf.nn.depthwise_conv2d(tf.concat([read, made], 3), tf.constant(both), [1, 1, 1, 1], "VALID")


EQUALISED = {  # the network, and how many tensors of it take a scale
    "a depthwise convolution": (lambda x: second(tf.nn.relu(first(x))), 1),
    "no activation, a pad, a pool": (lambda x: second(tf.nn.max_pool2d(tf.pad(first(x), [[0, 0], [1, 1], [1, 1], [0, 0]]),
                                                                       [2, 2], [1, 1], "VALID")), 3),
    "ReLU6": (lambda x: second(tf.nn.relu6(first(x))), 1),
    "a sum": (of_a_sum, 3),
    "a concat": (of_a_concat, 3),
    "a layer and what it reads": (of_a_layer_and_what_it_reads, 3),
}
LEFT = {
    "sigmoid": lambda x: last(tf.sigmoid(first(x))),
    "an output": lambda x: first(x),
    "a concat of the same twice": lambda x: last(tf.concat([tf.nn.relu(first(x))] * 2, 3)[..., :6]),
    "two readers, one of them no layer": lambda x: tf.concat([last(first(x)), tf.sigmoid(first(x))], 3),
    "a sum with a constant map": lambda x: last(tf.nn.relu(first(x)) + tf.constant(CONSTANT_MAP)),
}


def wide_samples():
    return samples(WIDE)


@pytest.mark.parametrize("name", EQUALISED)
def test_in_float_every_answer_stays_the_same(name, tmp_path):
    build, tensors = EQUALISED[name]
    float32 = float32_of(build, tmp_path, WIDE)
    assert [len(group.tensors) for group in groups_of(float32)] == [tensors]
    changed, seen = equalised(float32, ranges_of(float32, wide_samples))
    assert changed != float32
    (tmp_path / "changed").write_bytes(tflite_bytes(changed))
    with TFLiteRunner(tmp_path / "m.float32.tflite") as wanted, TFLiteRunner(tmp_path / "changed") as run:
        for sample in wide_samples():
            np.testing.assert_array_equal(run(*sample)[0], wanted(*sample)[0])
    for index, found in ranges_of(changed, wide_samples).channels.items():
        np.testing.assert_array_equal(found.low, seen.channels[index].low)
        np.testing.assert_array_equal(found.high, seen.channels[index].high)


@pytest.mark.parametrize("name", EQUALISED)
def test_in_int8_they_come_nearer(name, tmp_path, monkeypatch):
    float32 = float32_of(EQUALISED[name][0], tmp_path, WIDE)
    with_it = noise_db(float32, tmp_path)
    monkeypatch.setattr("job.tensorflow_model.quantised.int8_source.equalised", lambda float32, seen: (float32, seen))
    assert with_it < noise_db(float32, tmp_path) - 3


def noise_db(float32, folder):
    """Of what int8 answers, less its signal."""
    (folder / "int8").write_bytes(tflite_bytes(quantised(float32, wide_samples())))
    with TFLiteRunner(folder / "m.float32.tflite") as wanted, TFLiteRunner(folder / "int8") as run:
        sample = wide_samples()[0]
        expected = wanted(*sample)[0]
        return 10 * np.log10(np.square(run(*sample)[0] - expected).sum() / np.square(expected).sum())


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_of_layers_alone_stays_as_it_is(name, tmp_path):
    assert groups_of(float32_of(LEFT[name], tmp_path, WIDE)) == []


def test_weights_that_two_layers_share_stay_as_they_are(tmp_path):
    def build(x):
        kernel = tf.constant(SHARED)
        once = tf.nn.conv2d(tf.pad(x, [[0, 0], [0, 0], [0, 0], [0, 2]]), kernel, [1, 1, 1, 1], "SAME")
        return tf.nn.conv2d(once, kernel, [1, 1, 1, 1], "SAME")

    assert groups_of(float32_of(build, tmp_path, WIDE)) == []


def test_channels_that_few_values_were_seen_of_keep_room_for_others(tmp_path):
    build, _ = EQUALISED["a depthwise convolution"]
    float32 = float32_of(build, tmp_path, WIDE)
    ends = {}
    for count in (5, 6):
        seen = equalised(float32, ranges_of(float32, lambda: wide_samples()[:count]))[1]
        index, = groups_of(float32)[0].tensors
        ends[count] = np.sort(seen.channels[index].reach() / seen.channels[index].reach().max())
    assert ends[6].min() > 0.25 > ends[5].min() > 0.1


def test_a_relu6_that_few_values_were_seen_of_stays_as_it_is(tmp_path):
    float32 = float32_of(EQUALISED["ReLU6"][0], tmp_path, WIDE)
    seen = ranges_of(float32, lambda: wide_samples()[:5])
    assert equalised(float32, seen)[0] == float32
