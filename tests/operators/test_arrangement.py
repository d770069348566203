"""Operators that move elements, on any order of axes and in whatever shape they were made; numpy is the judge."""
import numpy as np
import pytest
import tensorflow as tf

from job.keras_model.activation import with_ones
from job.keras_model.many_axes import for_along
from job.keras_model.operators import CONVERTERS
from job.keras_model.preflight import operator_of
from job.onnx_model.graph import View
from tests.operators.activations import counted, fed
from tests.passes.small_graphs import graph, node, whole

MAP, VOLUME = (2, 6, 9, 7), (2, 3, 4, 5, 7)
LAST = (0, 2, 3, 1)


@pytest.fixture(autouse=True)
def in_a_graph():
    with tf.Graph().as_default():
        yield


def needed(result, *ops):
    """How many operators of these kinds there are on the way to it."""
    found, waiting = set(), [result.tensor.op]
    while waiting:
        each = waiting.pop()
        waiting.extend(made.op for made in each.inputs if made.op not in found)
        found.add(each)
    return [sum(each.type == op for each in found) for op in ops]


def converted(op, given, *constants, **attributes):
    """The Activation that one node makes of another and of constants."""
    shape = given.onnx_value(given.x).shape
    names = ["c{}".format(place) for place, _ in enumerate(constants)]
    of = graph(node(op, " ".join(["x"] + names), "y", **attributes), constants=dict(zip(names, constants)),
               inputs={"x": shape})
    return CONVERTERS[op].convert(operator_of(of.nodes[0], View(of)), given.x, *constants)


RESHAPES = [  # before, its order, after -> the order after, Transposes
    (MAP, LAST, (2, 6, 63), (0, 2, 1), 0),
    (MAP, LAST, (2, 54, 7), (0, 1, 2), 1),
    (MAP, LAST, (2, 3, 2, 63), (0, 3, 1, 2), 0),
    (MAP, LAST, (2, 6, 1, 9, 7), (0, 2, 3, 4, 1), 0),
    ((2, 6, 1, 7), LAST, (2, 6, 7), (0, 2, 1), 0),
    ((2, 6, 1, 1), LAST, (2, 6), (0, 1), 0),
    ((2, 1, 9, 7), LAST, (2, 9, 7), (0, 1, 2), 0),
    ((2, 6, 7), (0, 2, 1), (2, 6, 7, 1), (0, 3, 2, 1), 0),
    ((1, 6, 7), (0, 2, 1), (6, 7), (0, 1), 1),
    ((2, 3, 2, 2, 4, 5), (0, 4, 5, 1, 2, 3), (2, 12, 4, 5), (0, 2, 3, 1), 0),
    ((2, 3, 2, 4, 5), (0, 1, 2, 3, 4), (2, 6, 4, 5), (0, 1, 2, 3), 0),
    ((2, 12, 4), (0, 2, 1), (2, 3, 4, 4), (0, 3, 1, 2), 0),
    ((6, 9, 7), (2, 0, 1), (6, 63), (0, 1), 1),
]


@pytest.mark.parametrize("before, order, after, order_after, transposes", RESHAPES, ids=str)
def test_reshape(before, order, after, order_after, transposes):
    value = counted(*before)
    given = fed(value, order)
    result = converted("Reshape", given, whole(*after))
    assert np.array_equal(given.onnx_value(result), value.reshape(after))
    assert (result.order, needed(result, "Transpose")) == (order_after, [transposes])


def test_a_reshape_is_made_of_what_the_one_before_was_made_of():
    given = fed(counted(*VOLUME), made=(24, 5, 7))
    result = converted("Reshape", given, whole(2, 12, 35))
    assert result.numbers is given.x.numbers and np.array_equal(given.onnx_value(result), counted(2, 12, 35))


@pytest.mark.parametrize("sizes, batch", [((-1, 54, 7), None), ((2, 54, 7), 2)], ids=str)
def test_a_reshape_leaves_the_batch_open_where_it_may(sizes, batch):
    result = converted("Reshape", fed(counted(*MAP), LAST, open_batch=True), whole(*sizes))
    assert result.onnx_shape == (batch, 54, 7) and result.fixed_by == ("" if batch is None else "y")


@pytest.mark.parametrize("shape, order, made", [(MAP, LAST, None), (VOLUME, None, (24, 5, 7))], ids=str)
@pytest.mark.parametrize("starts, ends, axes, steps", [
    ((1,), (3,), (2,), (1,)), ((1, 0), (5, 3), (3, 1), (2, 1)), ((-1,), (-100,), (2,), (-1,)), ((3,), (0,), (-2,), (-2,)),
    ((1,), (100,), (-1,), (3,)), ((0, 1), (100, 3), (1, 2), (1, 1)), ((-3,), (-1,), (3,), (1,))], ids=str)
def test_slice(shape, order, made, starts, ends, axes, steps):
    value = counted(*shape)
    cuts = [slice(None)] * len(shape)
    for axis, start, end, step in zip(axes, starts, ends, steps):
        cuts[axis] = slice(start, end if end > -100 else None, step)
    given = fed(value, order, made)
    result = converted("Slice", given, *(whole(*numbers) for numbers in (starts, ends, axes, steps)))
    assert np.array_equal(given.onnx_value(result), value[tuple(cuts)])


@pytest.mark.parametrize("start, end, step, operators", [
    (1, 40001, 1, (1, 0)), (36000, 70000, 3, (1, 1)), (39999, -70001, -1, (1, 1)), (5, 32768, 2, (1, 1)),
    (5, 32767, 2, (0, 1)), (32767, 10, -4, (0, 1))], ids=str)
def test_far_elements_are_picked_by_an_operator_of_32_bits(start, end, step, operators):
    value = counted(1, 2, 70000)
    given = fed(value)
    result = converted("Slice", given, *(whole(number) for number in (start, end, 2, step)))
    assert np.array_equal(given.onnx_value(result), value[:, :, start:end if end > -70000 else None:step])
    assert tuple(needed(result, "Slice", "StridedSlice")) == operators


@pytest.mark.parametrize("shape, order, made", [(MAP, LAST, None), (VOLUME, None, (24, 5, 7))], ids=str)
@pytest.mark.parametrize("begin, end, value, mode", [
    ((0, 0, 1, 0), (0, 0, 0, 2), 0.0, "constant"), ((0, 1, 0, 2), (0, 2, 0, 0), -1.5, "constant"),
    ((0, 0, -1, 2), (0, 0, 1, -3), 0.0, "constant"), ((0, -1, 0, 0), (0, -1, 0, 0), 0.0, "constant"),
    ((0, 0, 1, 2), (0, 0, 2, 0), 0.0, "reflect"), ((0, 0, 0, 0), (0, 0, 0, 0), 0.0, "constant")], ids=str)
def test_pad(shape, order, made, begin, end, value, mode):
    x = counted(*shape)
    begin, end = (each + (0,) * (x.ndim - 4) for each in (begin, end))
    cut = x[tuple(slice(max(-first, 0), size + min(last, 0)) for first, last, size in zip(begin, end, shape))]
    grown = [(max(first, 0), max(last, 0)) for first, last in zip(begin, end)]
    expected = np.pad(cut, grown, mode, **({"constant_values": value} if mode == "constant" else {}))
    given = fed(x, order, made)
    result = converted("Pad", given, pads=begin + end, value=value, mode=mode)
    assert np.array_equal(given.onnx_value(result), expected)


@pytest.mark.parametrize("shape, order, made", [(MAP, LAST, None), (VOLUME, None, (24, 5, 7))], ids=str)
@pytest.mark.parametrize("axis, sizes", [(1, (1, 2)), (1, (2, 1)), (-1, (3, 4)), (2, (1, 3))], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.int64], ids=str)
def test_split(shape, order, made, axis, sizes, dtype):
    rest = shape[axis] - sum(sizes)
    sizes = sizes + (rest,) * (rest > 0)
    value = counted(*shape).astype(dtype)
    outputs = " ".join("yzw"[:len(sizes)])
    of = graph(node("Split", "x", outputs, axis=axis, split=sizes), outputs=outputs, inputs={"x": shape})
    given = fed(value, order, made)
    results = CONVERTERS["Split"].convert(operator_of(of.nodes[0], View(of)), given.x)
    for result, expected in zip(results, np.split(value, np.cumsum(sizes)[:-1], axis)):
        assert np.array_equal(given.onnx_value(result), expected)


@pytest.mark.parametrize("op, shape, target, ops", [
    ("Tile", MAP, (1, 2, 1, 1), (1, 0)), ("Tile", MAP, (1, 2, 1, 3), (0, 1)), ("Tile", VOLUME, (1, 2, 1, 3, 1), (2, 0)),
    ("Tile", MAP, (2, 1, 1, 1), (1, 0)), ("Expand", (2, 6, 1, 7), (2, 6, 9, 7), (1, 0)),
    ("Expand", (2, 1, 1, 7), (2, 6, 9, 7), (0, 1)), ("Expand", (6, 1, 7), (2, 6, 9, 7), (0, 1)),
    ("Expand", (6, 1, 7), (1, 6, 9, 7), (1, 0)), ("Expand", (2, 3, 1, 5, 1), VOLUME, (2, 0)),
    ("Expand", (1, 6, 1, 7), (3, 1), (1, 0))], ids=str)
def test_repeated(op, shape, target, ops):
    value = counted(*shape)
    given = fed(value, LAST if len(shape) == 4 else None)
    result = converted(op, given, whole(*target))
    expected = np.tile(value, target) if op == "Tile" else value * np.ones(target, np.float32)
    assert np.array_equal(given.onnx_value(result), expected)
    assert tuple(needed(result, "GatherV2", "Tile")) == ops


def test_what_works_along_an_axis_takes_volumes_as_they_were_made():
    volume = fed(counted(*VOLUME), made=(24, 5, 7)).x
    image = with_ones(fed(counted(2, 6, 7)).x, (2, 6, 1, 7), (0, 1, 2, 3), "ones")
    assert for_along(volume) is volume.numbers and for_along(image) is image.tensor


@pytest.mark.parametrize("axes, keepdims, numbers", [((4,), 1, [120]), ((2, 3), 0, [6, 7]), ((1, 3), 1, [2, 4, 7])], ids=str)
def test_volumes_are_reduced_as_they_were_made(axes, keepdims, numbers):
    value = counted(*VOLUME)
    given = fed(value, made=(24, 5, 7))
    result = converted("ReduceMax", given, axes=axes, keepdims=keepdims)
    assert np.array_equal(given.onnx_value(result), value.max(axes, keepdims=bool(keepdims)))
    assert result.numbers.shape.as_list() == numbers


def test_what_a_choice_of_volumes_was_made_of_is_known():
    """In rows, where what comes next may be laid too."""
    value = counted(*VOLUME)
    given = fed(value, made=(24, 5, 7))
    of = graph(node("Where", "t x x", "y"), constants={"t": np.array(True)}, inputs={"x": VOLUME})
    result = CONVERTERS["Where"].convert(operator_of(of.nodes[0], View(of)), np.array(True), given.x, given.x)
    assert np.array_equal(given.onnx_value(result), value) and result.numbers.shape.as_list() == [120, 7]
