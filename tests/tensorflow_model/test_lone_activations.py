"""An activation of its own as a product: the same numbers in float, and in int8 no way through float."""
import functools

import numpy as np
import pytest
import tensorflow as tf
from int8_files import MAP, answer_of, float32_of, quantised, samples

from job.parity.metrics import snr_db
from job.tensorflow_model.quantised.lone_activations import with_lone_activations

RANDOM = np.random.RandomState(3)
SLOPES = RANDOM.uniform(-0.5, 0.8, 5).astype(np.float32)
KERNELS = [RANDOM.randn(3, 3, *channels).astype(np.float32) for channels in ((6, 5), (5, 4))]


def conv(x, number):
    return tf.nn.conv2d(x, tf.constant(KERNELS[number]), [1, 1, 1, 1], "SAME")


def prelu(x):
    return tf.nn.relu(x) - SLOPES * tf.nn.relu(-x)


def of_two_readers(activation):
    def build(x):
        y = conv(x, 0)
        return conv(activation(y), 1) + conv(y, 1)
    return build


IN_8_BITS = {
    "PReLU": lambda x: conv(prelu(conv(x, 0)), 1),
    "PReLU before a pool": lambda x: conv(tf.nn.max_pool2d(prelu(conv(x, 0)), [2, 2], [2, 2], "VALID"), 1),
    "PReLU at the end": lambda x: prelu(conv(x, 0)),
    "ReLU of what is read besides": of_two_readers(tf.nn.relu),
    "ReLU6 of what is read besides": of_two_readers(tf.nn.relu6),
}


@pytest.fixture
def answer(tmp_path):
    return functools.partial(answer_of, folder=tmp_path)


@pytest.mark.parametrize("name", IN_8_BITS)
def test_all_computes_in_8_bits_and_answers_the_same(name, tmp_path, answer):
    float32 = float32_of(IN_8_BITS[name], tmp_path)
    assert {"RELU", "RELU6"}.intersection(operator.name for operator in float32.operators)
    int8, (given,) = quantised(float32), samples(seed=1)[0]
    expected = answer(float32, given)
    np.testing.assert_array_equal(answer(with_lone_activations(float32), given), expected)
    assert {operator.name for operator in int8.operators}.isdisjoint({"RELU", "RELU6", "NEG"})
    assert [operator.name for operator in int8.operators].count("DEQUANTIZE") == 1
    assert snr_db(expected, answer(int8, given)) > 30


STAY = {
    "of what is float": lambda x: tf.nn.relu(tf.exp(x) - 1) + tf.exp(x),
    "a turned one that is read besides": lambda x: tf.exp(-tf.exp(x)) + tf.nn.relu(-tf.exp(x)),
}


@pytest.mark.parametrize("name", STAY)
def test_what_computes_in_float_stays(name, tmp_path):
    float32 = float32_of(STAY[name], tmp_path)
    assert with_lone_activations(float32).operators == float32.operators


def test_a_turned_value_that_is_read_besides_is_still_made(tmp_path, answer):
    def build(x):
        y = -conv(x, 0)
        return conv(tf.nn.relu(y), 1) + tf.exp(conv(y, 1))
    float32 = float32_of(build, tmp_path)
    changed, (given,) = with_lone_activations(float32), samples(seed=1)[0]
    assert [operator.name for operator in changed.operators].count("NEG") == 1
    np.testing.assert_array_equal(answer(changed, given), answer(float32, given))
    assert float32.tensors[float32.inputs[0]].shape == MAP


def test_the_product_has_the_steps_of_what_it_reads(tmp_path):
    int8 = quantised(float32_of(IN_8_BITS["PReLU"], tmp_path))
    products = [operator for operator in int8.operators if (operator.name, operator.activation) == ("MUL", "RELU")]
    assert len(products) == 2
    for product in products:
        read, made = (int8.tensors[index] for index in (product.inputs[0], product.outputs[0]))
        assert read.scale == made.scale
