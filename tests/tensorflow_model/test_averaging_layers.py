"""An average pool as a layer: the same numbers in float, nearer ones in int8."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import float32_of, quantised, samples

from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.quantised.averaging_layers import with_averaging_layers
from job.tensorflow_model.runners import TFLiteRunner

EVEN = (1, 8, 12, 6)


def pool(window, strides, padding):
    return lambda x: tf.nn.avg_pool2d(x + 0.5, window, strides, padding)


BECOME_LAYERS = {
    "plain": pool([2, 2], [2, 2], "VALID"),
    "oblong": pool([3, 2], [1, 2], "VALID"),
    "SAME, where that pads nothing": pool([2, 2], [2, 2], "SAME"),
    "ReLU6": lambda x: tf.nn.relu6(tf.nn.avg_pool2d(x + 0.5, [2, 2], [1, 1], "VALID")),
}
STAY = {
    "fewer numbers at the border": (EVEN, pool([3, 3], [1, 1], "SAME")),
    "a border on one side": ((1, 7, 12, 6), pool([2, 2], [2, 2], "SAME")),
    "three channels": ((1, 8, 12, 3), pool([2, 2], [2, 2], "VALID")),
    "of what is float": (EVEN, lambda x: tf.nn.avg_pool2d(tf.exp(x), [2, 2], [2, 2], "VALID")),
    "the greatest": (EVEN, lambda x: tf.nn.max_pool2d(x + 0.5, [2, 2], [2, 2], "VALID")),
}


@pytest.mark.parametrize("name", BECOME_LAYERS)
def test_it_becomes_a_layer_that_answers_the_same(name, tmp_path):
    before = float32_of(BECOME_LAYERS[name], tmp_path, EVEN)
    after = with_averaging_layers(before)
    (tmp_path / "changed").write_bytes(tflite_bytes(after))
    assert [operator.name for operator in after.operators] == ["ADD", "DEPTHWISE_CONV_2D"]
    assert after.tensors[:len(before.tensors)] == before.tensors
    assert after.operators[1].activation == before.operators[1].activation
    with TFLiteRunner(tmp_path / "m.float32.tflite") as wanted, TFLiteRunner(tmp_path / "changed") as run:
        for sample in samples(EVEN):
            np.testing.assert_allclose(run(*sample)[0], wanted(*sample)[0], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", STAY)
def test_what_is_something_else_stays(name, tmp_path):
    shape, build = STAY[name]
    float32 = float32_of(build, tmp_path, shape)
    assert with_averaging_layers(float32) == float32


def test_in_int8_it_comes_nearer(tmp_path, monkeypatch):
    """A pool answers in steps of what it reads, the layer in its own: means of 16 lie four times closer together."""
    float32 = float32_of(pool([4, 4], [4, 4], "VALID"), tmp_path, EVEN)
    layer = noise(float32, tmp_path)
    monkeypatch.setattr("job.tensorflow_model.quantised.int8_source.with_averaging_layers", lambda float32: float32)
    assert layer < 0.7 * noise(float32, tmp_path)


def test_its_weights_are_exact_in_int8(tmp_path):
    float32 = float32_of(pool([3, 2], [1, 2], "VALID"), tmp_path, EVEN)
    int8 = quantised(float32, samples(EVEN))
    weights, = (tensor for tensor in int8.tensors if tensor.name.endswith("/weights"))
    np.testing.assert_allclose(np.array(weights.scale) * 127, np.full(6, 1 / 6), rtol=1e-6)


def noise(float32, folder):
    """The mean square of what int8 is off by."""
    (folder / "int8").write_bytes(tflite_bytes(quantised(float32, samples(EVEN))))
    with TFLiteRunner(folder / "m.float32.tflite") as wanted, TFLiteRunner(folder / "int8") as run:
        return np.mean([np.square(run(*sample)[0] - wanted(*sample)[0]) for sample in samples(EVEN)])
