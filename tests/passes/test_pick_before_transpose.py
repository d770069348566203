import numpy as np

from job.onnx_model.passes.pick_before_transpose import pick_before_transpose
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, whole


def picked(perm, index, axis):
    return graph(
        node("Transpose", "x", "moved", perm=perm),
        node("Gather", "moved index", "y", axis=axis),
        constants={"index": index},
    )


def test_an_element_before_the_axes_are_moved():
    before = picked((2, 0, 3, 1), np.array(-2, np.int64), 0)
    after = pick_before_transpose(before)
    assert ops(after) == ["Gather", "Transpose"]
    assert (after.nodes[0].attributes, after.nodes[1].attributes) == ({"axis": 2}, {"perm": (0, 2, 1)})
    assert_same_values(before, after)


def test_several_elements_keep_their_axis():
    before = picked((2, 0, 3, 1), whole(1, 0), 1)
    after = pick_before_transpose(before)
    assert ops(after) == ["Gather", "Transpose"]
    assert after.nodes[1].attributes == {"perm": (2, 0, 3, 1)}
    assert_same_values(before, after)


def test_no_transpose_is_left_where_the_others_are_in_their_order():
    before = picked((3, 0, 1, 2), np.array(4, np.int64), 0)
    after = pick_before_transpose(before)
    assert ops(after) == ["Gather"]
    assert_same_values(before, after)


def test_not_a_choice_that_makes_an_axis_more():
    assert_unchanged(pick_before_transpose, picked((2, 0, 3, 1), np.array([[1, 0], [2, 1]], np.int64), 0))


def test_not_what_is_computed():
    before = graph(
        node("Transpose", "x", "moved", perm=(1, 0, 3, 2)),
        node("ArgMax", "z", "index", axis=0, keepdims=0),
        node("Gather", "moved index", "y", axis=0),
        inputs={"x": (2, 6, 9, 7), "z": (6, 3)},
    )
    assert_unchanged(pick_before_transpose, before)
