"""A number a channel times a map, plus another, as one layer: the same numbers in float, nearer ones in int8."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import float32_of, quantised, samples

from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.quantised.affine_layers import with_affine_layers
from job.tensorflow_model.runners import TFLiteRunner

FACTORS = np.float32([2, -0.3, 0.01, 5, 1, -4])
TERMS = np.float32([1, -0.2, 0.02, -9, 0.5, 3])
ROW = np.random.RandomState(1).randn(9, 6).astype(np.float32)


def product(x):
    return tf.nn.max_pool2d(x, [2, 2], [1, 1], "VALID") * tf.constant(FACTORS)


def read_twice(x):
    made = product(x)
    return tf.concat([made + tf.constant(TERMS), tf.tanh(made)], 3)


BECOME_LAYERS = {
    "plain": lambda x: product(x) + tf.constant(TERMS),
    "the sum's other side": lambda x: tf.constant(TERMS) + product(x),
    "ReLU": lambda x: tf.nn.relu(product(x) + tf.constant(TERMS)),
    "ReLU6": lambda x: tf.nn.relu6(product(x) + tf.constant(TERMS)),
}
STAY = {
    "a ReLU between": lambda x: tf.nn.relu(product(x)) + tf.constant(TERMS),
    "the product read twice": read_twice,
    "a row": lambda x: product(x) + tf.constant(ROW[:8]),
    "one number": lambda x: product(x) + 0.25,
    "two maps": lambda x: product(x) + tf.nn.max_pool2d(x, [2, 2], [1, 1], "VALID"),
}


@pytest.mark.parametrize("name", BECOME_LAYERS)
def test_they_become_one_layer_that_answers_the_same(name, tmp_path):
    float32 = float32_of(BECOME_LAYERS[name], tmp_path)
    changed = with_affine_layers(float32)
    (tmp_path / "changed").write_bytes(tflite_bytes(changed))
    names = [operator.name for operator in changed.operators]
    assert names == ["MAX_POOL_2D", "DEPTHWISE_CONV_2D"]
    with TFLiteRunner(tmp_path / "m.float32.tflite") as wanted, TFLiteRunner(tmp_path / "changed") as run:
        for sample in samples():
            np.testing.assert_allclose(run(*sample)[0], wanted(*sample)[0], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", STAY)
def test_what_is_something_else_stays(name, tmp_path):
    float32 = float32_of(STAY[name], tmp_path)
    assert with_affine_layers(float32) == float32


def test_in_int8_they_come_nearer(tmp_path, monkeypatch):
    """With one scale for all factors 0.01 is hardly anything beside 5, and the product is rounded before the sum is."""
    float32 = float32_of(BECOME_LAYERS["ReLU"], tmp_path)
    one_layer = noise(float32, tmp_path)
    monkeypatch.setattr("job.tensorflow_model.quantised.int8_source.with_affine_layers", lambda float32: float32)
    assert one_layer < 0.6 * noise(float32, tmp_path)


def noise(float32, folder):
    """The mean square of what int8 is off by."""
    (folder / "int8").write_bytes(tflite_bytes(quantised(float32)))
    with TFLiteRunner(folder / "m.float32.tflite") as wanted, TFLiteRunner(folder / "int8") as run:
        return np.mean([np.square(run(*sample)[0] - wanted(*sample)[0]) for sample in samples()])
