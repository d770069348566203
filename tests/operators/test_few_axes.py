"""Tensors of many axes worked on in few of them; numpy is the judge."""
import numpy as np
import pytest
import tensorflow as tf

from job.axes import MOST_AXES
from job.keras_model.axis_blocks import merged_sizes
from job.keras_model.few_axes import (
    along, blocks_broadcast_alike, broadcast, broadcast_sizes, concatenated, constant_in_blocks, in_rows, on_elements,
    reduced, reshaped, transposed,
)

SIZES = (2, 3, 4, 5, 7)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def counted(*sizes):
    """Numbers that are all different, in every place."""
    return np.arange(np.prod(sizes), dtype=np.float32).reshape(sizes)


def fed(*shape):
    return tf.compat.v1.placeholder(tf.float32, shape)


def value_of(tensor, feed={}):
    with tf.compat.v1.Session() as session:
        return session.run(tensor, feed)


def laid(graph, *ops):
    """How many operators of these kinds there are."""
    return [sum(each.type == op for each in graph.get_operations()) for op in ops]


def axes_of(graph):
    """The most axes that anything has which TensorFlow Lite 1.14 does on a few only."""
    return max(len(output.shape) for each in graph.get_operations() if each.type not in ("Const", "Reshape", "GatherV2")
               for output in each.outputs)


def test_a_tensor_of_that_shape_stays_the_very_same():
    x = fed(None, 3, 4)
    assert reshaped(x, (None, 3, 4)) is x
    assert reshaped(x, (None, 12)).shape.as_list() == [None, 12]
    y = fed(2, 6)
    assert reshaped(y, (2, 6)) is y


def test_transposed():
    x = counted(*SIZES)
    moved = transposed(tf.constant(x), SIZES, (4, 2, 0, 3, 1))
    assert np.array_equal(value_of(moved).ravel(), x.transpose(4, 2, 0, 3, 1).ravel())


def test_one_operator_alone_works_on_any_number_of_axes(graph):
    assert on_elements(tf.constant(counted(*SIZES)), tf.nn.relu).shape.as_list() == list(SIZES)
    assert laid(graph, "Reshape") == [0]


def test_several_work_on_few():
    result = on_elements(tf.constant(counted(*SIZES)), lambda t: tf.exp(tf.nn.relu(t)))
    assert result.shape.as_list() == [120, 7]


def test_rows_keep_the_last_axis():
    x = fed(None, 3, 4, 5)
    assert in_rows(x) is x
    assert in_rows(fed(None, 3, 4, 5, 7)).shape.as_list() == [None, 7]
    assert in_rows(fed(2, 3, 4, 5, None)).shape.as_list() == [None]


def halved(tensor, where):
    """Every second element along each axis that is asked for."""
    return tensor[tuple(slice(None, None, 2) if axis in where.values() else slice(None) for axis in range(len(tensor.shape)))]


@pytest.mark.parametrize("places", [[1], [4, 1], [3, 2], [1, 3], [3, 1, 4, 0, 2]], ids=str)
def test_along_some_axes(places, graph):
    x = counted(*SIZES)
    taken = tuple(slice(None, None, 2) if place in places else slice(None) for place in range(len(SIZES)))
    result = along(tf.constant(x), SIZES, places, halved)
    assert np.array_equal(value_of(result).ravel(), x[taken].ravel())
    assert axes_of(graph) <= MOST_AXES


def test_as_many_axes_at_once_as_there_is_room_for():
    met = []
    along(tf.constant(counted(*SIZES)), SIZES, [2, 3, 4], lambda t, where: met.append((where, t.shape.as_list())) or t)
    assert met == [({2: 1, 3: 2, 4: 3}, [6, 4, 5, 7])]


def test_neighbours_go_together_in_whatever_order_they_are_named():
    met = []
    along(tf.constant(counted(2, 3, 4, 5, 2, 3)), (2, 3, 4, 5, 2, 3), [1, 4, 2, 5],
          lambda t, where: met.append(sorted(where)) or t)
    assert met == [[1, 2], [4, 5]]


def test_of_few_axes_the_tensor_itself_is_worked_on():
    x, met = fed(None, 3, 4, 5), []
    along(x, (None, 3, 4, 5), [1], lambda t, where: met.append((t, where)) or t)
    assert met == [(x, {1: 1})]


def test_what_cuts_a_tensor_in_parts_ends_the_work():
    parts = along(tf.constant(counted(*SIZES)), SIZES, [1], lambda t, where: tf.split(t, 3, where[1]))
    assert [value_of(part).ravel().tolist() for part in parts] == [
        counted(*SIZES)[:, [place]].ravel().tolist() for place in range(3)]


@pytest.mark.parametrize("places, left", [([1], [2, 140]), ([0, 1], [140]), ([1, 3], [2, 4, 7]), ([2, 3, 4], [6]),
                                          ([0, 2, 4], [3, 5])], ids=str)
def test_reduced(places, left):
    """The axes go away."""
    x = counted(*SIZES)
    result = reduced(tf.constant(x), SIZES, places, tf.reduce_max)
    assert np.array_equal(value_of(result).ravel(), x.max(tuple(places)).ravel())
    assert result.shape.as_list() == left


@pytest.mark.parametrize("place", range(5))
def test_joined_along_any_axis(place, graph):
    other = SIZES[:place] + (6,) + SIZES[place + 1:]
    x, y = counted(*SIZES), -counted(*other)
    made = [array.reshape(-1, 5, array.shape[-1]) if place < 3 else array for array in (x, y)]
    result = concatenated([tf.constant(array) for array in made], [SIZES, other], place)
    assert np.array_equal(value_of(result).ravel(), np.concatenate([x, y], place).ravel())
    assert axes_of(graph) <= MOST_AXES


@pytest.mark.parametrize("made, shape, reshapes", [
    (((24, 5, 7), (24, 5, 3)), [24, 5, 10], 0),   # along the last, as they were made
    (((24, 5, 7), (6, 20, 3)), [120, 10], 2),     # not in one shape
    (((24, 35), (24, 15)), [120, 10], 2),         # the last axis is in another
    (((24, 5, 7), (24, 15)), [120, 10], 2),
], ids=str)
def test_joined_along_the_last_in_the_shape_in_which_they_were_made(made, shape, reshapes, graph):
    sizes = SIZES, SIZES[:4] + (3,)
    arrays = [counted(*each) for each in sizes]
    result = concatenated([tf.constant(array.reshape(each)) for array, each in zip(arrays, made)], sizes, 4)
    assert result.shape.as_list() == shape and laid(graph, "Reshape") == [reshapes]
    assert np.array_equal(value_of(result).ravel(), np.concatenate(arrays, 4).ravel())


def test_not_along_another_axis():
    x = counted(*SIZES)
    result = concatenated([tf.constant(array.reshape(24, 5, 7)) for array in (x, -x)], [SIZES, SIZES], 1)
    assert np.array_equal(value_of(result).ravel(), np.concatenate([x, -x], 1).ravel())


def test_maps_are_joined_as_they_are(graph):
    x = counted(2, 3, 4, 5)
    assert np.array_equal(value_of(concatenated([tf.constant(x)] * 2, [x.shape] * 2, 2)), np.concatenate([x, x], 2))
    assert laid(graph, "Reshape") == [0]


PAIRS = [  # and how many Gathers they cost: one for an axis that must be repeated
    (SIZES, SIZES, 0),
    (SIZES, (2, 1, 4, 1, 1), 0),
    (SIZES, (2, 1, 4, 1, 7), 2),
    ((2, 3, 1, 5, 1), (2, 1, 4, 1, 7), 4),
    ((2, 3, 4, 1, 1), (2, 1, 1, 5, 7), 0),
    ((2, 3, 1, 5), (2, 1, 4, 5), 0),
    ((3, 2, 1, 5, 7), (3, 1, 1, 5, 1), 0),
    ((1, 3, 4, 5, 7), (2, 3, 4, 5, 7), 0),
    ((1, 3, 1, 5, 1), (2, 1, 4, 1, 7), 4),
]


@pytest.mark.parametrize("left, right, gathers", PAIRS, ids=str)
def test_broadcast(left, right, gathers, graph):
    x, y = counted(*left), counted(*right)
    result = broadcast(lambda a, b: a * 1000 + b, left, right)(tf.constant(x.ravel()), tf.constant(y.ravel()))
    assert np.array_equal(value_of(result).ravel(), (x * 1000 + y).ravel())
    assert laid(graph, "GatherV2") == [gathers] and axes_of(graph) <= MOST_AXES


def test_tensors_of_one_shape_stay_in_the_rows_in_which_they_were_made(graph):
    made = [tf.constant(counted(24, 5, 7)), tf.constant(counted(120, 7))]
    result = broadcast(tf.add, SIZES, SIZES)(*made)
    assert result.shape.as_list() == [24, 5, 7] and laid(graph, "Reshape") == [1]


def test_the_batch_stays_open():
    sizes = (None, 3, 1, 5, 1), (None, 1, 4, 1, 7)
    x, y = counted(2, 3, 1, 5, 1), counted(2, 1, 4, 1, 7)
    left, right = fed(*sizes[0]), fed(*sizes[1])
    result = broadcast(tf.add, *sizes)(left, right)
    assert np.array_equal(value_of(result, {left: x, right: y}).ravel(), (x + y).ravel())
    assert broadcast_sizes(*sizes) == (None, 3, 4, 5, 7)


@pytest.mark.parametrize("left, right, blocks", [
    ((2, 3, 4), (2, 3, 1), ((0, 1), (2,))),
    ((2, 1, 3, 4), (2, 1, 3, 1), ((0, 1, 2), (3,))),   # what neither has goes with its neighbours
    ((2, 3, 2), (2, 3, 1), ((0, 1), (2,))),
    ((1, 3, 2), (1, 1, 2), ((0,), (1,), (2,))),
    ((3, 1, 2), (3, 5, 2), ((0,), (1,), (2,))),
    ((3, 2, 1), (3, 1, 2), ((0,), (1,), (2,))),
], ids=str)
def test_axes_that_are_broadcast_alike_are_together(left, right, blocks):
    assert blocks_broadcast_alike(left, right) == blocks


@pytest.mark.parametrize("shape, short", [
    ((1, 3, 1, 1, 1), (1, 3, 1)), ((1, 1, 4, 5, 1), (1, 20, 1)), ((1, 3, 1, 5, 1), (1, 3 * 4 * 5 * 7)),
    ((1, 2, 1, 1, 1), (1, 2, 1)), ((2, 3, 1, 5, 7), (6, 1, 35)), ((2, 1, 4, 1, 7), (2 * 3 * 4 * 5 * 7,)),
    ((1, 3, 1, 1, 7), (1, 3, 1, 7)),
], ids=str)
def test_a_constant_in_blocks(shape, short):
    """Repeated only where there are more blocks than axes."""
    value = counted(*shape)
    sizes = (2, shape[1] if shape[1] != 1 else 3, 4, 5, 7)
    laid_short, blocks = constant_in_blocks(value, sizes)
    assert laid_short.shape == short
    x = counted(*sizes)
    assert np.array_equal((x.reshape(merged_sizes(sizes, blocks)) * laid_short).ravel(), (x * value).ravel())
