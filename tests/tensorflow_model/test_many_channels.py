"""A depthwise convolution of more than 2048 channels, which TensorFlow Lite 1.14 would compute in 8 bits for ever."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import float32_of, quantised, samples

from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.runners import TFLiteRunner


def shape(channels):
    return (1, 3, 4, channels)


def factors(channels):
    return np.random.RandomState(0).uniform(0.5, 2, channels).astype(np.float32)


def layer(channels):
    weights = factors(channels).reshape(1, 1, channels, 1)
    return lambda x: tf.nn.depthwise_conv2d(x + 0.5, tf.constant(weights), [1, 1, 1, 1], "VALID")


def affine(channels):
    by = factors(channels)
    return lambda x: tf.nn.max_pool2d(x, [2, 2], [1, 1], "VALID") * tf.constant(by) + tf.constant(by[::-1])


def pool(channels):
    return lambda x: tf.nn.avg_pool2d(x + 0.5, [2, 2], [1, 1], "VALID")


@pytest.mark.parametrize("build", [layer, affine, pool])
@pytest.mark.parametrize("channels, in_8_bits", [(2048, 1), (2049, 0)])
def test_it_stays_float_and_answers(build, channels, in_8_bits, tmp_path):
    float32 = float32_of(build(channels), tmp_path, shape(channels))
    int8 = quantised(float32, samples(shape(channels)))
    depthwise = [operator for operator in int8.operators if operator.name == "DEPTHWISE_CONV_2D"]
    assert sum(int8.tensors[operator.inputs[1]].dtype == "int8" for operator in depthwise) == in_8_bits
    (tmp_path / "int8").write_bytes(tflite_bytes(int8))
    with TFLiteRunner(tmp_path / "m.float32.tflite") as wanted, TFLiteRunner(tmp_path / "int8") as run:
        answers, expected = (np.stack([each(*sample)[0] for sample in samples(shape(channels))]) for each in (run, wanted))
    assert np.std(answers - expected) < 0.05 * np.std(expected)
