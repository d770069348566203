"""What int8 need not know of a network changes no byte of its file, and is not looked at."""
import numpy as np
import pytest
import tensorflow as tf
from graphs_of_modules import frozen
from int8_files import MAP, float32_of, samples
from test_int8_file import NETWORKS, convolved

from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.quantised.int8 import int8_from_float32
from job.tensorflow_model.quantised.int8_source import shown_to_samples
from job.tensorflow_model.quantised.needed_ranges import needed, needed_ranges
from job.tensorflow_model.quantised.ranges import ranges_of
from job.tensorflow_model.tflite import write_tflite
from tests.models import seeded_module

MAP_OF_MODULES = (1, 3, 64, 32)


def assert_same_bytes(float32, given):
    shown = shown_to_samples(float32)
    few, all_ = (tflite_bytes(int8_from_float32(shown, seen(shown, lambda: given), lambda: given))
                 for seen in (needed_ranges, ranges_of))
    assert few == all_


@pytest.mark.parametrize("name", NETWORKS)
def test_forms(name, tmp_path):
    assert_same_bytes(float32_of(NETWORKS[name][0], tmp_path), samples())


@pytest.mark.parametrize("name", ["mobilenetv3_small", "shufflenet_v2_x0_5"])
def test_networks(name, tmp_path):
    write_tflite(frozen(seeded_module(name, shape=MAP_OF_MODULES), [MAP_OF_MODULES], tmp_path), "float32", tmp_path / "m.tflite")
    assert_same_bytes(open_tflite(tmp_path / "m.tflite"), samples((1, 64, 32, 3), count=3))


def one_part_in_float(x):
    """A concatenation, which is float, widens the range of a part that a layer reads too."""
    y = convolved(x)
    return convolved(tf.concat([tf.exp(y), y], 3)[:, :, :, 5:11])


def test_what_float_joins(tmp_path):
    assert_same_bytes(float32_of(one_part_in_float, tmp_path), samples())


def test_what_float_alone_reads_is_not_looked_at(tmp_path):
    file = shown_to_samples(float32_of(lambda x: tf.exp(tf.abs(convolved(x)) - 1.5) * tf.abs(x[:, :, :, :1]), tmp_path))
    layer = next(operator for operator in file.operators if operator.name == "CONV_2D")
    assert needed(file) == {layer.inputs[0]} | set(layer.outputs)


def test_what_float_alone_reads_may_be_infinite(tmp_path):
    """As long as nothing that counts is: 1 / inf is 0."""
    float32 = shown_to_samples(float32_of(lambda x: convolved(1 / (1 + tf.exp(x))), tmp_path))
    given = [(np.full(MAP, 90, np.float32),)] + samples()
    assert needed_ranges(float32, lambda: given).channels
