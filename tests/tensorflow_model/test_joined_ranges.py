"""One range for all that a CONCATENATION joins: nothing is rounded twice."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import float32_of, quantised

from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile
from job.tensorflow_model.quantised.joined_ranges import joined_ranges
from job.tensorflow_model.quantised.ranges import Range

KERNELS = np.random.RandomState(2).randn(2, 3, 3, 6, 4).astype(np.float32) * np.float32([1, 3]).reshape(2, 1, 1, 1, 1)
PADDINGS = [[0, 0], [1, 0], [0, 1], [0, 0]]
X, A, B, POOLED, WHOLE, OTHER = range(6)
ONE, THREE, WHOLE_RANGE = Range(-1.0, 1.0), Range(-3.0, 2.0), Range(-3.0, 4.0)
RANGES = {X: ONE, A: ONE, B: THREE, POOLED: ONE, WHOLE: WHOLE_RANGE, OTHER: ONE}


def joined(*more, activation="NONE", pool="MAX_POOL_2D", ranges=RANGES):
    operators = (Operator("CONV_2D", (X,), (A,), (), activation), Operator("CONV_2D", (X,), (B,)),
                 Operator(pool, (A,), (POOLED,)),
                 Operator("CONCATENATION", (X, POOLED, B), (WHOLE,))) + more
    return joined_ranges(TFLiteFile((), operators, (X,), (WHOLE,)), ranges)


def test_parts_take_the_range_of_the_whole_and_so_does_what_a_pool_reads():
    assert joined() == {**RANGES, A: WHOLE_RANGE, B: WHOLE_RANGE, POOLED: WHOLE_RANGE}


def test_a_part_that_others_read_too_only_where_its_own_range_is_near_it():
    readers = (Operator("RELU", (B,), (OTHER,)), Operator("RELU", (POOLED,), (OTHER,)))
    assert joined(*readers) == {**RANGES, B: WHOLE_RANGE}


def test_a_whole_that_cuts_off_more_is_for_what_nothing_else_reads_and_no_average_is_taken_of():
    narrow = Range(-0.75, 0.75)
    ranges = {**RANGES, WHOLE: narrow}
    assert joined(ranges=ranges) == {**ranges, A: narrow, B: narrow, POOLED: narrow}
    assert joined(ranges=ranges, pool="AVERAGE_POOL_2D") == {**ranges, B: narrow, POOLED: narrow}
    readers = (Operator("RELU", (B,), (OTHER,)), Operator("RELU", (POOLED,), (OTHER,)))
    assert joined(*readers, ranges=ranges) == ranges


@pytest.mark.parametrize("activation", ["RELU", "RELU6"])
def test_what_ends_at_an_activation_keeps_that_end(activation):
    assert joined(activation=activation) == {**RANGES, B: WHOLE_RANGE, POOLED: WHOLE_RANGE}


def test_no_part_is_quantised_again(tmp_path):
    def build(x):
        parts = [tf.nn.conv2d(x, tf.constant(kernel), [1, 1, 1, 1], "SAME") for kernel in KERNELS]
        return tf.concat([tf.pad(parts[0], PADDINGS), tf.pad(parts[1], PADDINGS)], 3)

    made = quantised(float32_of(build, tmp_path))
    assert [operator.name for operator in made.operators if operator.name != "CONV_2D"] == [
        "QUANTIZE", "PAD", "PAD", "CONCATENATION", "DEQUANTIZE"]
