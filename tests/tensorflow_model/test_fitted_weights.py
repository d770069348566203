"""Weights of int8 fitted to what layers read: nearer answers, whatever the order of the samples; float in between ends it."""
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf
from int8_files import float32_of, quantised

from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.quantised import fitted_weights
from job.tensorflow_model.quantised.int8 import int8_from_float32
from job.tensorflow_model.quantised.int8_source import int8_source
from job.tensorflow_model.quantised.integer_layers import integer_layer
from job.tensorflow_model.quantised.layer_pairs import float_layers
from job.tensorflow_model.quantised.ranges import ranges_of
from job.tensorflow_model.runners import InnerTensors

SHAPE = (1, 12, 15, 4)
RANDOM = np.random.RandomState(2)
FIRST = RANDOM.randn(3, 3, 4, 40).astype(np.float32)
EACH = RANDOM.randn(3, 3, 40, 1).astype(np.float32)
SECOND = RANDOM.randn(1, 1, 40, 24).astype(np.float32)
LAST = RANDOM.randn(24, 7).astype(np.float32)


def network(x, between=tf.nn.relu):
    x = between(tf.nn.conv2d(x, tf.constant(FIRST), [1, 2, 2, 1], "SAME") + 0.5)
    x = tf.nn.relu(tf.nn.depthwise_conv2d(x, tf.constant(EACH), [1, 1, 1, 1], "SAME"))
    x = tf.nn.relu(tf.nn.conv2d(x, tf.constant(SECOND), [1, 1, 1, 1], "VALID"))
    return tf.matmul(tf.reduce_mean(x, [1, 2]), tf.constant(LAST))


def smooth(seed, count):
    """Blocks of one value, and some noise: neighbours go together, as in images."""
    random = np.random.RandomState(seed)
    blocks = [np.kron(random.randn(1, 4, 5, 4), np.ones((1, 3, 3, 1))) for _ in range(count)]
    return [((each + 0.1 * random.randn(*SHAPE)).astype(np.float32),) for each in blocks]


def layers_of(int8):
    return [layer for layer in (integer_layer(int8, operator) for operator in int8.operators) if layer]


def weights(int8):
    return [layer.weights for layer in layers_of(int8)]


def as_if_not_there(monkeypatch):
    monkeypatch.setattr("job.tensorflow_model.quantised.int8.with_fitted_weights", lambda int8, float32, samples: int8)


def errors(float32, given):
    """Of each layer's weights: what they are off the exact ones, in answers to samples not seen before."""
    seen = ranges_of(float32, lambda: smooth(1, 20))
    int8, source = int8_from_float32(float32, seen, lambda: given), int8_source(float32, seen)[0]
    inner, pairs = InnerTensors(int8), float_layers(int8, source)
    read = [{index: value for index, _, value in inner.values(sample)} for sample in smooth(9, 20)]
    for layer in layers_of(int8):
        x, weights, _ = layer.operator.inputs
        exact = source.tensors[pairs[layer.operator.outputs[0]].inputs[1]].values().reshape(int8.tensors[weights].shape)
        steps = layer.weight_steps.reshape([-1] + [1] * (0 if layer.is_depthwise() else exact.ndim - 1))
        away = int8.tensors[weights].values().reshape(exact.shape) - exact / steps
        windows = np.concatenate([layer.places(values[x]) for values in read])
        windows = windows - windows.mean(axis=(0, 1, 2))
        yield np.square(np.einsum("byxhwc,hwc->byxc", windows, away[0]) if layer.is_depthwise()
                        else windows.reshape(-1, away[0].size).dot(away.reshape(len(away), -1).T)).mean()


@pytest.mark.parametrize("count, of_nearest", [(1, 1.01), (4, 0.95), (16, 0.9)])
def test_each_layer_answers_nearer_to_samples_not_seen_before(count, of_nearest, tmp_path, monkeypatch):
    float32 = float32_of(network, tmp_path, SHAPE)
    fitted = list(errors(float32, smooth(1, count)))
    as_if_not_there(monkeypatch)
    nearest = list(errors(float32, smooth(1, count)))
    assert len(fitted) == 4
    assert all(ours < of_nearest * theirs for ours, theirs in zip(fitted, nearest)), (fitted, nearest)


def test_every_layer_is_fitted(tmp_path, monkeypatch):
    float32 = float32_of(network, tmp_path, SHAPE)
    fitted = weights(quantised(float32, smooth(1, 4)))
    as_if_not_there(monkeypatch)
    nearest = weights(quantised(float32, smooth(1, 4)))
    assert len(fitted) == 4
    assert all((ours != theirs).any() and np.abs(ours - theirs).max() <= 4 for ours, theirs in zip(fitted, nearest))


def test_layers_behind_float_keep_the_nearest_weights(tmp_path, monkeypatch):
    """Its last bits differ between processors, and would choose other weights there."""
    float32 = float32_of(lambda x: network(x, lambda y: tf.abs(tf.nn.elu(y))), tmp_path, SHAPE)
    fitted = weights(quantised(float32, smooth(1, 4)))
    as_if_not_there(monkeypatch)
    nearest = weights(quantised(float32, smooth(1, 4)))
    assert [(ours != theirs).any() for ours, theirs in zip(fitted, nearest)] == [True, False, False, False]


def test_the_order_of_the_samples_changes_no_byte(tmp_path):
    float32, given = float32_of(network, tmp_path, SHAPE), smooth(1, 24)
    assert tflite_bytes(quantised(float32, given)) == tflite_bytes(quantised(float32, given[::-1]))


def test_no_more_samples_are_held_than_there_is_room_for(tmp_path, monkeypatch):
    float32, given, held = float32_of(network, tmp_path, SHAPE), smooth(1, 8), []
    walk = fitted_weights.IntegerWalk
    monkeypatch.setattr(fitted_weights, "IntegerWalk", lambda file, samples: held.append(len(samples)) or walk(file, samples))
    for limit, value in (("MOST_SAMPLES", 3), ("MOST_BYTES", 1), ("MOST_PRODUCTS", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(fitted_weights, limit, value)
            quantised(float32, given)
    quantised(float32, given)
    assert held == [3, 1, 1, 8]


def test_samples_of_one_colour_change_no_weight(tmp_path, monkeypatch):
    given = [(np.zeros(SHAPE, np.float32),)]
    float32 = float32_of(lambda x: tf.nn.conv2d(x, tf.constant(FIRST), [1, 1, 1, 1], "VALID"), tmp_path, SHAPE)
    fitted = weights(quantised(float32, given))
    as_if_not_there(monkeypatch)
    assert all(np.array_equal(*pair) for pair in zip(fitted, weights(quantised(float32, given))))


def asked_twice(x, shift=0.5):
    """One network on two halves of its input, whose levels differ."""
    kernel, last = tf.constant(FIRST), tf.constant(SECOND)

    def half(part, added):
        part = tf.nn.relu(tf.nn.conv2d(part, kernel, [1, 2, 2, 1], "SAME") + added)
        return tf.nn.conv2d(part, last, [1, 1, 1, 1], "VALID")
    return tf.concat([half(x, 0.5), half(0.3 * x - 1.0, shift)], 3)


def sharers(int8):
    """How many layers have each of the weights."""
    return sorted(Counter(layer.operator.inputs[1] for layer in layers_of(int8)).values())


def test_weights_of_several_layers_are_there_once_and_fitted_to_what_all_of_them_read(tmp_path, monkeypatch):
    float32 = float32_of(asked_twice, tmp_path, SHAPE)
    assert sharers(quantised(float32, smooth(1, 4))) == [2, 2]
    fitted = list(errors(float32, smooth(1, 16)))
    as_if_not_there(monkeypatch)
    nearest = list(errors(float32, smooth(1, 16)))
    assert len(fitted) == 4 and all(ours < theirs for ours, theirs in zip(fitted, nearest)), (fitted, nearest)


def test_weights_that_one_of_several_layers_holds_in_other_steps_are_its_own(tmp_path):
    float32 = float32_of(lambda x: asked_twice(x, 1e9), tmp_path, SHAPE)  # a sum that has room in no step of the other's
    assert sharers(quantised(float32, smooth(1, 4))) == [1, 1, 1, 1]


def test_the_order_of_the_samples_changes_no_shared_weight(tmp_path):
    float32, given = float32_of(asked_twice, tmp_path, SHAPE), smooth(1, 24)
    assert tflite_bytes(quantised(float32, given)) == tflite_bytes(quantised(float32, given[::-1]))
