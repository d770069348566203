"""Element by element work is laid where the numbers were made, and costs no Reshape that need not be; numpy is the judge."""
import numpy as np
import pytest
import tensorflow as tf

from job.keras_model.activation import with_ones
from job.keras_model.before_ones import elementwise, with_constant
from tests.operators.activations import counted, fed

VOLUME = (2, 3, 4, 5, 7)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def reshapes(graph):
    return sum(each.type == "Reshape" for each in graph.get_operations())


def sum_of(given, constant, nonnegative=False):
    return with_constant(given.x, constant, lambda t, value: t + value, "sum", nonnegative)


@pytest.mark.parametrize("shape", [(6, 1, 1), (9, 1), (1, 7), (2, 6, 1, 1), (6, 9, 7)], ids=str)
def test_a_map_meets_a_constant_as_it_is(shape, graph):
    value, constant = counted(2, 6, 9, 7), -counted(*shape)
    given = fed(value, (0, 2, 3, 1))
    assert np.array_equal(given.onnx_value(sum_of(given, constant)), value + constant)
    assert reshapes(graph) == 0


@pytest.mark.parametrize("made, shape, count", [
    ((24, 5, 7), (7,), 0), ((6, 4, 5, 7), (7,), 0), ((120, 7), (1, 1, 1, 1, 7), 0), ((24, 5, 7), (5, 1), 0),
    ((6, 4, 5, 7), (1,), 0), ((840,), (), 0), ((120, 7), (2, 1, 1, 1, 1), 1), ((24, 35), (7,), 1), ((24, 35), (3, 1, 1, 1), 1),
    ((24, 5, 7), (3, 1, 1, 1), 1), ((120, 7), (3, 1, 5, 1), 1), (VOLUME, (7,), 1)], ids=str)
def test_a_volume_meets_a_constant_where_it_was_made(made, shape, count, graph):
    """A Reshape more where the constant needs other axes."""
    value, constant = counted(*VOLUME), -counted(*shape) - 1
    given = fed(value, made=made)
    assert np.array_equal(given.onnx_value(sum_of(given, constant)), value + constant)
    assert reshapes(graph) == count + 2  # those at both ends


@pytest.mark.parametrize("value, constant", [
    (counted(2, 6, 7), counted(6, 1)), (counted(*VOLUME), counted(7)), (counted(*VOLUME), counted(3, 1, 1, 1)),
    (counted(*VOLUME), counted(1))], ids=["map", "row", "blocks", "number"])
@pytest.mark.parametrize("nonnegative", [True, False])
def test_signs_are_told(value, constant, nonnegative):
    assert sum_of(fed(value), constant, nonnegative).nonnegative is nonnegative
    assert elementwise(fed(value).x, tf.nn.relu, "relu", nonnegative).nonnegative is nonnegative


def test_a_function_of_several_operators_is_laid_once(graph):
    elementwise(fed(counted(2, 6, 9, 7)).x, lambda t: tf.exp(tf.nn.relu(t)), "both", True)
    assert [sum(each.type == op for each in graph.get_operations()) for op in ("Relu", "Exp")] == [1, 1]


def with_one_put_in(value):
    """[2, 6, 7] channels-last -> [2, 6, 1, 7], and its axes moved: [2, 7, 1, 6]"""
    given = fed(value, (0, 2, 1))
    x = with_ones(given.x, value.shape[:2] + (1,) + value.shape[2:], (0, 3, 2, 1), "ones")
    return given._replace(x=x.transposed((0, 3, 2, 1)))


@pytest.mark.parametrize("shape", [(6,), (7, 1, 1), (1, 1), (7, 1, 6), (2, 1, 1, 6), (2, 7, 1, 1)], ids=str)
def test_what_stands_before_axes_of_one_meets_the_constant(shape):
    value, constant = counted(2, 6, 7), -counted(*shape)
    given = with_one_put_in(value)
    result = sum_of(given, constant)
    assert np.array_equal(given.onnx_value(result), value.transpose(0, 2, 1)[:, :, None] + constant)
    assert result.source.tensor.shape.as_list() == [2, 7, 6]


def test_and_the_function():
    given = with_one_put_in(counted(2, 6, 7) - 40)
    result = elementwise(given.x, tf.abs, "abs", True)
    assert np.array_equal(given.onnx_value(result), np.abs(given.onnx_value(given.x)))
    assert result.source.tensor.op.type == "Abs" and result.nonnegative
