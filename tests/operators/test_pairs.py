"""Arithmetic of two operands, with ONNX's broadcasting, in any order of axes; numpy is the judge."""
import numpy as np
import pytest
import tensorflow as tf

from job.keras_model.operators import CONVERTERS
from job.keras_model.registry import Operator
from tests.operators.activations import counted, fed

MAP, VOLUME = (2, 6, 9, 7), (2, 3, 4, 5, 7)
LAST, ASIDE = (0, 2, 3, 1), (0, 3, 2, 1)
FUNCTIONS = {"Sub": np.subtract, "Div": np.divide}


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def laid(graph, *ops):
    return [sum(each.type == op for each in graph.get_operations()) for op in ops]


def met(op, left, right):
    """The result of two operands, each an Activation with its numbers or a constant, and what numpy makes of them."""
    values = [each if isinstance(each, np.ndarray) else each.onnx_value(each.x) for each in (left, right)]
    expected = FUNCTIONS[op](*values)
    operator = Operator(op, "y", {}, tuple(value.shape for value in values), (expected.shape,), ("float32",) * 2)
    result = CONVERTERS[op].convert(operator, *(getattr(each, "x", each) for each in (left, right)))
    given = [each for each in (left, right) if not isinstance(each, np.ndarray)]
    feed = {tensor: value for each in given for tensor, value in each.feed.items()}
    assert np.allclose(given[0]._replace(feed=feed).onnx_value(result), expected, rtol=1e-6)
    return result


def numbers(*shape):
    return counted(*shape) % 11 + 1


@pytest.mark.parametrize("op", sorted(FUNCTIONS))
@pytest.mark.parametrize("shape, constant", [
    (MAP, (6, 1, 1)), (MAP, (9, 7)), (MAP, (1,)), ((2, 1, 9, 7), (6, 1, 1)), ((2, 1, 9, 1), (6, 9, 7)), ((2, 6, 1, 7), (2, 1)),
    ((2, 5), (4, 2, 5)), (VOLUME, (3, 1, 1, 1)), ((2, 3, 1, 5, 7), (2, 1, 1)), ((2, 3, 1, 5, 7), (3, 4, 5, 7))], ids=str)
def test_with_a_constant_on_either_side(op, shape, constant):
    x = fed(numbers(*shape), LAST if len(shape) == 4 else None)
    for pair in ((x, numbers(*constant)), (numbers(*constant), x)):
        result = met(op, *pair)
        assert result.onnx_shape == np.broadcast(np.empty(shape), np.empty(constant)).shape


@pytest.mark.parametrize("left, right, moved", [
    ((MAP, LAST), (MAP, LAST), 0), ((MAP, LAST), (MAP, ASIDE), 1), ((MAP, LAST), ((2, 6, 1, 1), ASIDE), 0),
    (((2, 6, 1, 1), ASIDE), (MAP, LAST), 0), (((2, 1, 9, 7), ASIDE), (MAP, LAST), 1),
    (((2, 6, 1, 7), LAST), (MAP, ASIDE), 0)], ids=str)
def test_the_smaller_follows_the_larger(left, right, moved, graph):
    result = met("Sub", *(fed(numbers(*shape), order) for shape, order in (left, right)))
    assert result.order == max((left, right), key=lambda pair: np.prod(pair[0]))[1]
    assert laid(graph, "Transpose") == [moved]


def test_maps_of_one_order_cost_nothing_else(graph):
    result = met("Sub", fed(numbers(*MAP), LAST, open_batch=True), fed(numbers(*MAP), LAST, open_batch=True))
    assert laid(graph, "Reshape", "Transpose") == [0, 0] and result.onnx_shape == (None, 6, 9, 7)


@pytest.mark.parametrize("left, right", [
    ((MAP, LAST), ((6, 9, 7), (1, 2, 0))), (((9, 7), (0, 1)), (MAP, LAST)), (((2, 1, 9, 7), LAST), ((6, 9, 7), (0, 1, 2))),
    ((VOLUME, None), (VOLUME[1:], LAST)), (((3, 1, 4, 1, 1), None), ((3, 4, 5, 7), LAST))], ids=str)
def test_of_lower_rank_the_batch_is_tied(left, right):
    result = met("Sub", *(fed(numbers(*shape), order) for shape, order in (left, right)))
    assert result.fixed_by == "y" and None not in result.onnx_shape


@pytest.mark.parametrize("shape, constant", [
    ((2, 1, 4, 5, 7), (7,)), ((2, 1, 4, 5, 7), (1, 1, 1, 1, 7)), (VOLUME, (7,))], ids=str)
def test_a_constant_that_enlarges_nothing_meets_rows_as_they_were_made(shape, constant, graph):
    value = numbers(*shape)
    result = met("Div", fed(value, made=(value.size // 7, 7)), numbers(*constant))
    assert laid(graph, "Reshape") == [2] and result.numbers.shape.as_list() == [value.size // 7, 7]
