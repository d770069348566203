"""A sigmoid that a network answers with keeps its small shares in int8, and is in steps of 1/256 where no float is known."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import answer_of, float32_of, quantised, samples

from job.tensorflow_model.quantised.int8_ends import with_int8_ends
from job.tensorflow_model.quantised.sigmoid_ends import with_sigmoid_ends
from job.tensorflow_model.quantised.uint8_ends import with_uint8_ends

KERNEL = np.random.RandomState(5).randn(3, 3, 6, 8).astype(np.float32) / 8


def scores(x):
    return tf.nn.conv2d(x, tf.constant(KERNEL), [1, 1, 1, 1], "SAME") - 9


def shares(x):
    """Of a rare event."""
    return tf.sigmoid(scores(x))


ENDS = {
    "as it is": (shares, []),
    "in another shape": (lambda x: tf.reshape(shares(x), [1, -1, 8]), ["RESHAPE"]),
    "in another order": (lambda x: tf.transpose(shares(x), [0, 3, 1, 2]), ["TRANSPOSE"]),
    "a part": (lambda x: tf.transpose(shares(x)[:, 1:4, :, ::2], [0, 3, 1, 2]), ["STRIDED_SLICE", "TRANSPOSE"]),
    "one of two parts": (lambda x: tf.split(shares(x), 2, 3)[1], ["SPLIT"]),
}
INSIDE = {
    "times a map": lambda x: shares(x) * scores(x),
    "one number a place": lambda x: tf.argmax(shares(x), 3, output_type=tf.int32),
    "joined to others": lambda x: tf.concat([shares(x), scores(x)], 3),
    "before a pool": lambda x: tf.nn.max_pool2d(shares(x), [3, 3], [1, 1], "VALID"),
}


def names(file):
    return [operator.name for operator in file.operators]


@pytest.mark.parametrize("name", ENDS)
def test_small_shares_are_told(name, tmp_path):
    build, moves = ENDS[name]
    float32 = float32_of(build, tmp_path)
    int8 = quantised(float32)
    assert names(int8) == ["QUANTIZE", "CONV_2D", "DEQUANTIZE", "LOGISTIC"] + moves
    for given, in samples(seed=9):
        expected, found = answer_of(float32, given, tmp_path), answer_of(int8, given, tmp_path)
        assert 0 < expected.max() < 1 / 256 and np.abs(found / expected - 1).max() < 0.2


@pytest.mark.parametrize("name", ENDS)
def test_in_steps_where_no_float_is_known(name, tmp_path):
    build, moves = ENDS[name]
    int8 = quantised(float32_of(lambda x: build(9 * x), tmp_path))
    stepped = with_sigmoid_ends(int8)
    assert names(stepped)[-len(moves) - 3:] == ["CONV_2D", "LOGISTIC"] + moves + ["DEQUANTIZE"]
    assert [stepped.tensors[index] for index in stepped.outputs] == [int8.tensors[index] for index in int8.outputs]
    for given, in samples(seed=9):
        difference = answer_of(stepped, given, tmp_path) - answer_of(int8, given, tmp_path)
        assert 0 < np.abs(difference).max() <= 1.5 / 256
    for ends, dtype in ((with_int8_ends, "int8"), (with_uint8_ends, "uint8")):
        made = ends(stepped)
        output = made.tensors[made.outputs[0]]
        assert (output.dtype, output.scale, output.name) == (dtype, (1 / 256,), int8.tensors[int8.outputs[0]].name)
        assert with_sigmoid_ends(made) is made


@pytest.mark.parametrize("name", INSIDE)
def test_one_inside_is_in_8_bits(name, tmp_path):
    int8 = quantised(float32_of(INSIDE[name], tmp_path))
    makers = int8.makers()
    sigmoid, = (operator for operator in int8.operators if operator.name == "LOGISTIC")
    assert makers[sigmoid.inputs[0]].name == "CONV_2D" and int8.tensors[sigmoid.outputs[0]].dtype == "int8"
    assert with_sigmoid_ends(int8) is int8


def test_of_an_input_nothing_is_in_8_bits(tmp_path):
    assert names(quantised(float32_of(lambda x: tf.sigmoid(tf.transpose(x, [0, 3, 1, 2])), tmp_path))) == ["TRANSPOSE", "LOGISTIC"]
