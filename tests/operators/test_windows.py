"""Windows that slide: what SAME pads, and what hangs over the edge."""
import numpy as np
import pytest
import tensorflow as tf
from torch import nn

from job.keras_model.padding import same_padding
from job.keras_model.preflight import problems_of
from job.onnx_model.graph import Graph
from tests.operators.conversion import converted
from tests.passes.small_graphs import node


@pytest.mark.parametrize("size, kernel, stride, dilation", [
    (9, 3, 2, 1), (8, 3, 2, 1), (10, 1, 3, 1), (9, 1, 2, 1), (7, 3, 1, 2), (8, 2, 1, 1), (6, 5, 3, 1), (12, 2, 5, 1)], ids=str)
def test_same_is_what_tensorflow_pads(size, kernel, stride, dilation):
    """The first and the last window are told by what they see of a map of ones."""
    begin, end = same_padding(size, kernel, stride, dilation)
    with tf.compat.v1.Session() as session:
        seen = session.run(tf.nn.conv2d(np.ones((1, size, 1, 1), np.float32), np.ones((kernel, 1, 1, 1), np.float32),
                                        [1, stride, 1, 1], "SAME", dilations=[1, dilation, 1, 1]))[0, :, 0, 0]
    padded = np.pad(np.ones(size), (begin, end), "constant")
    starts = range(0, len(padded) - (kernel - 1) * dilation, stride)
    assert seen.tolist() == [padded[start:start + (kernel - 1) * dilation + 1:dilation].sum() for start in starts]


@pytest.mark.parametrize("size, kernel, stride", [(10, 1, 3), (10, 1, 4), (9, 3, 3), (12, 1, 5)], ids=str)
def test_same_pads_nothing_where_no_window_hangs_over(size, kernel, stride):
    assert same_padding(size, kernel, stride, 1) == (0, 0)


BEYOND, PADDING = "a window larger than the map", "a window of nothing but padding"


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
@pytest.mark.parametrize("size, kernel, stride, begin, end, count, words", [
    (5, 3, 3, 0, 0, 2, BEYOND), (5, 3, 2, 0, 0, 2, None), (5, 3, 2, 0, 0, 3, BEYOND), (6, 3, 3, 0, 0, 2, None),
    (5, 3, 3, 1, 0, 2, None), (5, 3, 3, 0, 1, 2, None), (4, 6, 1, 0, 0, 1, BEYOND), (4, 6, 1, 1, 1, 1, None),
    (4, 2, 4, 0, 2, 2, PADDING), (4, 2, 4, 1, 2, 2, None), (4, 2, 3, 0, 1, 2, None), (9, 2, 3, 0, 2, 4, PADDING),
    (9, 2, 3, 1, 1, 4, None)], ids=str)
def test_what_hangs_over_the_edge_is_refused(op, size, kernel, stride, begin, end, count, words):
    """On either axis."""
    for rows in (True, False):
        def both(number, other):
            return (number, other) if rows else (other, number)
        pool = node(op, "x", "y", kernel_shape=both(kernel, 1), strides=both(stride, 1), pads=both(begin, 0) + both(end, 0))
        of = Graph((pool,), ("x",), ("y",), {}, {"x": (2, 6) + both(size, 3), "y": (2, 6) + both(count, 3)})
        problems = problems_of(of)
        assert (problems == []) if words is None else (len(problems) == 1 and words in problems[0])


@pytest.mark.parametrize("channels, operators", [(4832, ("DEPTHWISE_CONV_2D",)), (4833, ("PAD", "AVERAGE_POOL_2D"))])
def test_a_mean_that_counts_padding_is_a_convolution_of_as_many_channels_as_one_takes(channels, operators, tmp_path):
    assert converted(nn.AvgPool2d(3, 2, 1), [(1, channels, 3, 5)], tmp_path).operators == operators
