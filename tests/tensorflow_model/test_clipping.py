"""Ranges of least error: long tails are cut off, what is bounded is not."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import float32_of, quantised, samples

from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.quantised.clipping import clipped, clipped_ranges
from job.tensorflow_model.quantised.ranges import Seen, channels_of
from job.tensorflow_model.runners import TFLiteRunner

WIDE = (1, 90, 90, 6)
RANDOM = np.random.RandomState(4)
NORMAL = RANDOM.randn(200, 70).astype(np.float32)
HEAVY = np.concatenate([RANDOM.randn(5000, 70), 4 * RANDOM.randn(5, 70)]).astype(np.float32)
TAILS = {"both": HEAVY, "positive": np.maximum(HEAVY, 0), "negative": np.minimum(HEAVY, 0)}
BOUNDED = {
    "uniform": RANDOM.uniform(-1, 2, NORMAL.shape).astype(np.float32),
    "ReLU6 that is often full": np.clip(4 * NORMAL, 0, 6),
    "two values": np.sign(NORMAL) * np.float32(3),
    "one value": np.full_like(NORMAL, 0.7),
    "zeros": np.zeros_like(NORMAL),
}


def seen_and_clipped(values):
    channels = channels_of(values)
    whole = channels.whole().snapped()
    return whole, clipped(whole, channels.histogram)


def error(values, ends):
    """Of int8, rounded and cut off indeed."""
    step = (ends.high - ends.low) / 255
    return np.square(np.clip(np.round(values / step) * step, ends.low, ends.high) - values).mean()


@pytest.mark.parametrize("name", TAILS)
def test_a_long_tail_is_cut_off_where_that_makes_less_error(name):
    whole, ends = seen_and_clipped(TAILS[name])
    assert error(TAILS[name], ends) < 0.9 * error(TAILS[name], whole)
    assert whole.low <= ends.low <= 0 <= ends.high <= whole.high


def test_the_heavier_the_tail_the_more():
    (whole, ends), (of_normal, ends_of_normal) = seen_and_clipped(HEAVY), seen_and_clipped(NORMAL)
    assert ends.width() / whole.width() < 0.8 < 0.9 < ends_of_normal.width() / of_normal.width()


@pytest.mark.parametrize("name", TAILS)
def test_no_other_cut_of_both_ends_is_much_better(name):
    values = TAILS[name]
    whole, ends = seen_and_clipped(values)
    shares = np.arange(1, 65) / 64
    others = [whole._replace(low=whole.low * low, high=whole.high * high) for low in shares[::3] for high in shares]
    assert error(values, ends) < 1.1 * min(error(values, each) for each in others if 64 * each.width() >= 8 * whole.width())


@pytest.mark.parametrize("name", BOUNDED)
def test_what_is_bounded_keeps_its_range(name):
    whole, ends = seen_and_clipped(BOUNDED[name])
    assert ends == whole


@pytest.mark.parametrize("values", [*TAILS.values(), BOUNDED["uniform"]], ids=[*TAILS, "uniform"])
def test_last_bits_choose_no_other_range(values):
    last_bits = values * (1 + 1e-6 * RANDOM.uniform(-1, 1, values.shape)).astype(np.float32)
    assert seen_and_clipped(last_bits) == seen_and_clipped(values)


def test_ends_of_the_network_are_not_cut_and_a_pool_keeps_its_scale(tmp_path):
    float32 = float32_of(lambda x: tf.nn.relu(tf.nn.max_pool2d(tf.nn.relu(x), [2, 2], [2, 2], "VALID") - 1), tmp_path)
    relu, pool, *_ = float32.operators
    x, made, pooled, y = relu.inputs[0], relu.outputs[0], pool.outputs[0], float32.outputs[0]
    heavy = channels_of(HEAVY)
    channels = {x: heavy, made: heavy, pooled: channels_of(HEAVY[-20:]), y: heavy}
    ranges = clipped_ranges(float32, Seen(channels, {}))
    assert ranges[x] == ranges[y] == heavy.whole().snapped()
    assert ranges[made] == ranges[pooled] == seen_and_clipped(HEAVY)[1]


CASES = {"heavy": (lambda x: tf.nn.relu(x + 0.1), True), "bounded": (lambda x: tf.nn.relu6(9 * x), False)}


@pytest.mark.parametrize("name", CASES)
def test_the_file_has_the_range_of_least_error(name, tmp_path):
    function, cut = CASES[name]
    kernel = RANDOM.randn(1, 1, 6, 6).astype(np.float32)
    given = [(np.where(RANDOM.uniform(size=WIDE) < 1e-4, 5 * x, x).astype(np.float32),) for x, in samples(WIDE, count=4)]
    float32 = float32_of(lambda x: tf.nn.conv2d(function(x), tf.constant(kernel), [1, 1, 1, 1], "SAME"), tmp_path, WIDE)
    int8 = quantised(float32, given)
    layer, = (operator for operator in int8.operators if operator.name == "CONV_2D")
    reach = max(np.abs(inner_of(tmp_path, sample)).max() for sample in given)
    scale = int8.tensors[layer.inputs[0]].scale[0]
    assert (scale * 255 < reach) == cut


def inner_of(folder, sample):
    """What the layer reads."""
    with TFLiteRunner(folder / "m.float32.tflite") as run:
        file = open_tflite(folder / "m.float32.tflite")
        layer, = (operator for operator in file.operators if operator.name == "CONV_2D")
        name = file.tensors[layer.inputs[0]].name
        return run.inner_values(sample, [name])[name]
