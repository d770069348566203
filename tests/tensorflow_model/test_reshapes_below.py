"""Reshapes that go where what they make is read in any shape; answers stay to the last bit."""
import numpy as np
import pytest
from plumbing_files import Making, names, simplified

from job.tensorflow_model.plumbing.without_plumbing import without_plumbing

HEADS = (3, 4, 5)


def left(before):
    return names(simplified(before))


def layer(make, x, rows, columns=5):
    weights = np.arange(7 * columns).reshape(7, columns) % 5 - 1.5
    return make.add("FULLY_CONNECTED", (rows, 7), x, make.constant(weights), make.constant(np.arange(7)))


@pytest.mark.parametrize("shape", [(1,) + HEADS, (2, 6, 5), (1, 12, 5)])
def test_below_a_softmax(shape):
    make = Making(HEADS)
    weighed = make.add("SOFTMAX", shape, make.reshape(0, *shape))
    assert left(make.file(make.reshape(weighed, 60))) == ["SOFTMAX", "RESHAPE"]


@pytest.mark.parametrize("op, constant", [
    ("EXP", None), ("MUL", 3.0), ("ADD", np.full((1, 1), 2)), ("DIV", np.arange(1, 6)), ("SUB", np.arange(5)),
], ids=str)
def test_below_what_works_on_elements(op, constant):
    make = Making(HEADS)
    constants = [] if constant is None else [make.constant(constant)]
    made = make.add(op, (12, 5), make.reshape(0, 12, 5), *constants)
    assert left(make.file(layer(make, made, 12), make.reshape(made, 60))) == [op, "FULLY_CONNECTED", "RESHAPE"]


def test_below_a_difference_from_a_constant():
    make = Making(HEADS)
    made = make.add("SUB", (12, 5), make.constant(3.0), make.reshape(0, 12, 5))
    assert left(make.file(make.reshape(made, 60))) == ["SUB", "RESHAPE"]


def test_below_several():
    make = Making(HEADS)
    scaled = make.add("MUL", (1,) + HEADS, make.reshape(0, 1, *HEADS), make.constant(0.3))
    moved = make.transpose(make.add("SOFTMAX", (1,) + HEADS, scaled), 0, 2, 1, 3)
    assert left(make.file(layer(make, moved, 12))) == ["MUL", "SOFTMAX", "TRANSPOSE", "FULLY_CONNECTED"]


@pytest.mark.parametrize("before, after, perm", [
    (HEADS, (1,) + HEADS, (0, 2, 1, 3)), (HEADS, (3, 1, 4, 5), (2, 1, 0, 3)), ((1, 3, 4, 5), HEADS, (1, 0, 2)),
    ((3, 4, 1, 5), (1, 3, 4, 5), (2, 0, 1, 3)),
], ids=str)
def test_below_a_transpose_where_only_ones_move(before, after, perm):
    make = Making(before)
    moved = make.transpose(make.reshape(0, *after), *perm)
    assert left(make.file(layer(make, moved, 12))) == ["TRANSPOSE", "FULLY_CONNECTED"]


@pytest.mark.parametrize("work", [
    lambda make, x: make.reshape(make.add("SOFTMAX", (1, 15, 4), make.reshape(x, 1, 15, 4)), 60),
    lambda make, x: make.reshape(make.add("SOFTMAX", (12, 5), make.reshape(x, 12, 5)), 60),
    lambda make, x: make.add("EXP", (60,), make.reshape(x, 60)),
    lambda make, x: make.reshape(make.add("MUL", (15, 4), make.reshape(x, 15, 4), make.constant(np.arange(4))), 60),
    lambda make, x: make.reshape(make.add("MUL", (2, 1, 60), make.reshape(x, 1, 1, 60), make.constant([[[1]], [[2]]])), 120),
    lambda make, x: make.reshape(make.transpose(make.reshape(x, 3, 20), 1, 0), 60),
    lambda make, x: make.transpose(make.reshape(x, 1, 3, 4, 5), 0, 2, 1, 3),
    lambda make, x: make.transpose(make.add("EXP", (1, 3, 4, 5), make.reshape(x, 1, 3, 4, 5)), 0, 2, 1, 3),
], ids=["along another axis", "another kernel's", "an output", "a constant of another row", "made larger",
        "other sizes", "an output moved", "an output moved after another"])
def test_others_stay(work):
    make = Making(HEADS)
    before = make.file(work(make, 0))
    assert without_plumbing(before) is before


def test_not_where_there_are_more_axes_than_it_takes():
    make = Making((2, 1, 3, 4, 5))
    before = make.file(layer(make, make.transpose(make.reshape(0, 2, 3, 4, 5), 0, 2, 1, 3), 24))
    assert without_plumbing(before) is before


def test_not_where_another_reads_it_too():
    make = Making(HEADS)
    row = make.reshape(0, 60)
    before = make.file(make.add("EXP", (60,), row), make.reshape(make.add("TANH", (60,), row), 12, 5))
    assert without_plumbing(before) is before
