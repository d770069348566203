"""A constant is laid so that toco 1.14 leaves it where it is, with no more axes than it needs."""
import numpy as np
import pytest
import tensorflow as tf

from job.keras_model.constants import beside
from tests.operators.activations import counted


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def value_of(tensor):
    with tf.compat.v1.Session() as session:
        return session.run(tensor)


def fed(*shape):
    return tf.compat.v1.placeholder(tf.float32, shape)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1, 1, 1)], ids=str)
def test_one_number_has_one_axis(shape):
    laid = beside(np.full(shape, 2.5, np.float32), fed(None, 9, 7, 6))
    assert value_of(laid).tolist() == [2.5] and laid.op.type == "Const"


def test_and_none_beside_a_number_without():
    assert value_of(beside(np.full((1,), 2.5, np.float32), fed())).tolist() == 2.5


@pytest.mark.parametrize("shape", [(6,), (1, 6), (1, 1, 1, 6)], ids=str)
def test_a_number_for_each_of_the_last_axis_may_fold_into_the_layer_before(shape):
    laid = beside(counted(*shape), fed(None, 9, 7, 6))
    assert laid.op.type == "Const" and value_of(laid).tolist() == list(range(6))


@pytest.mark.parametrize("shape", [
    (6,), (1, 9, 1, 1), (1, 9, 7, 6), (7, 6), (2, 1, 1, 6), (2, 1, 1, 1), (1, 7, 1)], ids=str)
def test_any_other_is_behind_a_pad_of_nothing(shape):
    value = counted(*shape)
    laid = beside(value, fed(None, 9, 7, 6 if shape != (6,) else 1))
    assert laid.op.type == "Pad" and np.array_equal(value_of(laid), value)


def test_not_beside_a_gather_into_which_nothing_folds():
    value = counted(7, 1)
    laid = beside(value, tf.gather(fed(None, 9, 7, 6), [2, 0], axis=3))
    assert laid.op.type == "Const" and np.array_equal(value_of(laid), value)


def test_truth_values_are_not_padded():
    value = counted(7, 1) > 3
    laid = beside(value, fed(None, 9, 7, 6))
    assert laid.op.type == "Const" and np.array_equal(value_of(laid), value)


def test_nor_what_has_more_axes_than_a_pad_takes():
    assert beside(counted(1, 3, 1, 5, 1), fed(None, 3, 4, 5, 7)).op.type == "Const"
