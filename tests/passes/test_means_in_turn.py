import pytest

from job.onnx_model.passes import means_in_turn
from tests.passes.small_graphs import assert_same_values, assert_shapes_are_so, assert_unchanged, graph, node, ops

LARGE = (2, 3, 35, 41)


def reduced(op, shape, **attributes):
    return graph(node(op, "x", "y", **attributes), inputs={"x": shape})


@pytest.mark.parametrize("keepdims", [0, 1])
@pytest.mark.parametrize("op, shape, axes, turns", [
    ("ReduceMean", LARGE, (2, 3), [3, 2]), ("ReduceMean", (2, 35, 3, 41), (-1, 1), [3, 1]),
    ("ReduceSum", LARGE, (1, 2, 3), [3, 2, 1]), ("ReduceMean", (1, 2, 9, 11, 13), (2, 3, 4), [4, 3, 2])])
def test_many_numbers_are_added_axis_by_axis(op, shape, axes, turns, keepdims):
    before = reduced(op, shape, axes=axes, keepdims=keepdims)
    after = means_in_turn(before)
    assert ops(after) == [op] * len(turns) and [each.attributes["axes"] for each in after.nodes] == [(turn,) for turn in turns]
    assert_same_values(before, after)
    assert_shapes_are_so(after)


def test_of_all_axes_where_none_is_said():
    assert [each.attributes["axes"] for each in means_in_turn(reduced("ReduceMean", LARGE)).nodes] == [(3,), (2,), (1,), (0,)]


@pytest.mark.parametrize("before", [
    reduced("ReduceMean", (2, 3, 32, 32), axes=(2, 3)), reduced("ReduceMean", (2, 3, 5000), axes=(2,)),
    reduced("ReduceMax", LARGE, axes=(2, 3)), reduced("ReduceProd", LARGE, axes=(2, 3))])
def test_not_of_few_nor_where_nothing_is_added(before):
    assert_unchanged(means_in_turn, before)
