"""Layers in whole numbers beside TensorFlow Lite's own kernels of 8 bits."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import MAP, float32_of, quantised, samples

from job.tensorflow_model.quantised.integer_layers import integer_layer
from job.tensorflow_model.runners import InnerTensors

RANDOM = np.random.RandomState(11)
KERNEL = RANDOM.randn(3, 2, 6, 5).astype(np.float32)
OF_EACH = RANDOM.randn(2, 3, 6, 2).astype(np.float32)
DENSE = RANDOM.randn(7 * 9 * 6, 4).astype(np.float32)
DEEP = (1, 3, 4, 9000)
SUMS_BEYOND_SINGLE = np.abs(RANDOM.randn(1, 1, 9000, 2)).astype(np.float32)
WINDOW_BEYOND_SINGLE = np.abs(RANDOM.randn(31, 41, 6, 1)).astype(np.float32)


def conv(padding, strides=(1, 1, 1, 1), dilations=(1, 1, 1, 1), kernel=KERNEL):
    return lambda x: tf.nn.conv2d(x, tf.constant(kernel), strides, padding, dilations=dilations)


def depthwise(padding, strides=(1, 1, 1, 1), kernel=OF_EACH, rate=None):
    return lambda x: tf.nn.depthwise_conv2d(x, tf.constant(kernel), strides, padding, rate)


LAYERS = {
    "SAME": (MAP, conv("SAME")),
    "VALID, strides": (MAP, conv("VALID", (1, 2, 2, 1))),
    "SAME, strides": (MAP, conv("SAME", (1, 2, 2, 1))),
    "dilated": (MAP, conv("VALID", dilations=(1, 3, 3, 1))),
    "biases and ReLU": (MAP, lambda x: tf.nn.relu(conv("SAME")(x) + tf.constant(np.float32([1, -2, 3, 0, 9])))),
    "ReLU6": (MAP, lambda x: tf.nn.relu6(conv("SAME")(x))),
    "between -1 and 1": (MAP, lambda x: tf.maximum(-1.0, tf.minimum(1.0, conv("SAME")(x)))),
    "sums that single precision does not hold": (DEEP, lambda x: conv("VALID", kernel=SUMS_BEYOND_SINGLE)(tf.abs(x) + 0.5)),
    "depthwise": (MAP, depthwise("SAME", kernel=OF_EACH[..., :1])),
    "depthwise, two of each": (MAP, depthwise("SAME")),
    "depthwise, strides": (MAP, depthwise("VALID", (1, 2, 2, 1))),
    "a large depthwise window": ((1, 33, 43, 6), depthwise("VALID", kernel=WINDOW_BEYOND_SINGLE)),
    "fully connected": (MAP, lambda x: tf.matmul(tf.reshape(x, [1, -1]), tf.constant(DENSE))),
    "several maps": ((3,) + MAP[1:], conv("SAME")),
}


@pytest.mark.parametrize("name", LAYERS)
def test_it_makes_what_the_kernel_makes(name, tmp_path):
    shape, build = LAYERS[name]
    int8 = quantised(float32_of(build, tmp_path, shape), samples(shape))
    layers = [layer for layer in (integer_layer(int8, operator) for operator in int8.operators) if layer]
    assert len(layers) == 1
    inner = InnerTensors(int8)
    for sample in samples(shape, seed=3):
        values = {index: value for index, _, value in inner.values(sample)}
        theirs = values[layers[0].operator.outputs[0]]
        ours = layers[0].made(values[layers[0].operator.inputs[0]])
        assert ours.dtype == np.int8 and ours.shape == theirs.shape
        away = np.abs(ours.astype(int) - theirs)
        assert away.max() <= 1  # next to a half
        assert (away > 0).sum() <= 1 + 0.02 * away.size or layers[0].operator.activation == "RELU_N1_TO_1"  # 1.14 cuts at 127
        assert len(np.unique(theirs)) > 3
