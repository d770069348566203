"""A LeakyReLU in parts: the same numbers in float, and in int8 no way through float."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import answer_of, float32_of, quantised, samples

from job.parity.metrics import snr_db
from job.tensorflow_model.quantised.int8 import int8_from_float32
from job.tensorflow_model.quantised.leaky_activations import with_parted_leaks
from job.tensorflow_model.quantised.ranges import ranges_of

RANDOM = np.random.RandomState(5)
KERNELS = [RANDOM.randn(3, 3, *channels).astype(np.float32) for channels in ((6, 5), (5, 4))]


def conv(x, number):
    return tf.nn.conv2d(x, tf.constant(KERNELS[number]), [1, 1, 1, 1], "SAME")


@pytest.mark.parametrize("slope", [0.1, 0.01, 0.9, -0.4])
@pytest.mark.parametrize("build", [
    lambda x, leaky: conv(leaky(conv(x, 0)), 1), lambda x, leaky: leaky(conv(x, 0)),
    lambda x, leaky: conv(tf.nn.max_pool2d(leaky(conv(x, 0)), [2, 2], [2, 2], "VALID"), 1),
    lambda x, leaky: conv(leaky(conv(x, 0)), 1) + conv(conv(x, 0), 1),
], ids=["between layers", "at the end", "before a pool", "of what is read besides"])
def test_all_computes_in_8_bits_and_answers_the_same(build, slope, tmp_path):
    float32 = float32_of(lambda x: build(x, lambda y: tf.nn.leaky_relu(y, slope)), tmp_path)
    assert "LEAKY_RELU" in [operator.name for operator in float32.operators]
    int8, (given,) = quantised(float32), samples(seed=1)[0]
    expected = answer_of(float32, given, tmp_path)
    np.testing.assert_allclose(answer_of(with_parted_leaks(float32), given, tmp_path), expected, rtol=1e-5, atol=1e-5)
    names = [operator.name for operator in int8.operators]
    assert {"LEAKY_RELU", "RELU", "NEG"}.isdisjoint(names) and names.count("DEQUANTIZE") == 1
    by_way_of_float = int8_from_float32(float32, ranges_of(float32, samples), samples)
    assert "LEAKY_RELU" in [operator.name for operator in by_way_of_float.operators]
    parted, whole = (snr_db(expected, answer_of(file, given, tmp_path)) for file in (int8, by_way_of_float))
    assert parted > max(28, whole - 1.5)


def test_what_computes_in_float_stays_whole(tmp_path):
    def build(x):
        return tf.exp(tf.nn.leaky_relu(tf.exp(x) - 1, 0.1)) + conv(tf.nn.leaky_relu(conv(x, 0), 0.2), 1)[..., :1]
    float32 = float32_of(build, tmp_path)
    before, after = ([operator.name for operator in file.operators] for file in (float32, with_parted_leaks(float32)))
    assert (before.count("LEAKY_RELU"), after.count("LEAKY_RELU"), after.count("NEG")) == (2, 1, 1)
