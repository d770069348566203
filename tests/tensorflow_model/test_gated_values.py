"""What an h-swish makes zero of needs no steps of int8."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import float32_of, quantised, samples

from job.tensorflow_model.quantised.gated_values import least_told_apart

KERNEL = np.random.RandomState(8).randn(1, 1, 6, 6).astype(np.float32)


def layer(x):
    return tf.nn.conv2d(x, tf.constant(3 * KERNEL), [1, 1, 1, 1], "SAME")


def h_swish(x, term=3.0):
    return x * (tf.nn.relu6(x + term) * (1 / 6))


GATED = {
    "scaled gate": (lambda x: layer(h_swish(layer(x))), -3),
    "scaled product": (lambda x: layer(layer(x) * tf.nn.relu6(layer(x) + 3) * 0.25), None),
    "another term": (lambda x: layer(h_swish(layer(x), 2.5)), -2.5),
    "read by another": (lambda x: h_swish(x) + x, None),
    "another's gate": (lambda x: layer(x) * tf.nn.relu6(tf.sigmoid(x) + 3), None),
    "the gate read by another": (lambda x: layer(x * tf.nn.relu6(x + 3) + tf.nn.relu6(x + 3)), None),
    "another activation": (lambda x: layer(layer(x) * tf.nn.relu(layer(x) + 3)), None),
    "a term below zero": (lambda x: layer(h_swish(layer(x), -1.0)), None),
}


@pytest.mark.parametrize("name", GATED)
def test_only_what_an_h_swish_alone_reads_is_gated(name, tmp_path):
    build, least = GATED[name]
    float32 = float32_of(build, tmp_path)
    assert list(least_told_apart(float32).values()) == ([] if least is None else [least])


def test_int8_begins_where_the_gate_opens(tmp_path):
    int8 = quantised(float32_of(GATED["scaled gate"][0], tmp_path), samples())
    gated = next(operator for operator in int8.operators if operator.name == "CONV_2D").outputs[0]
    scale, zero = int8.tensors[gated].scale[0], int8.tensors[gated].zero_point[0]
    assert (-128 - zero) * scale == pytest.approx(-3, abs=scale / 2)
    assert 127 * scale > 8
