import numpy as np
import pytest

from job.onnx_model.passes import keep_axis_of_pick
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, whole


def picked(axis, target, index=np.array(1, np.int64), outputs="y", shape=(2, 6, 9, 7)):
    return graph(
        node("Gather", "x index", "pick", axis=axis),
        node("Reshape", "pick target", "y"),
        outputs=outputs,
        inputs={"x": shape},
        constants={"index": index, "target": whole(*target)},
    )


@pytest.mark.parametrize("index", [0, 5, -1])
@pytest.mark.parametrize("axis, target", [(1, (2, 1, 9, 7)), (-3, (2, 1, 9, 7)), (3, (2, 6, 9, 1)), (0, (1, 6, 9, 7))])
def test_the_axis_is_put_back(axis, target, index):
    before = picked(axis, target, np.array(index % (2 if axis == 0 else 6), np.int64))
    after = keep_axis_of_pick(before)
    assert ops(after) == ["Gather"]
    assert_same_values(before, after)


def test_the_pick_itself_stays_for_others():
    before = picked(1, (2, 1, 9, 7), outputs="y pick")
    after = keep_axis_of_pick(before)
    assert sorted(ops(after)) == ["Gather", "Gather"]
    assert_same_values(before, after)


@pytest.mark.parametrize(
    "other",
    [
        dict(axis=1, target=(1, 2, 9, 7)),
        dict(axis=1, target=(2, 9, 1, 7)),
        dict(axis=1, target=(2, 63)),
        dict(axis=2, target=(2, 1, 6, 7)),
        dict(axis=1, target=(2, 9, 7, 1)),
        dict(axis=1, target=(2, 1, 9, 7), index=whole(1)),
    ],
    ids=str,
)
def test_not_for_others(other):
    assert_unchanged(keep_axis_of_pick, picked(**other))


def test_not_where_the_index_is_computed():
    before = graph(
        node("ArgMax", "z", "index", axis=0, keepdims=0),
        node("Gather", "x index", "pick", axis=1),
        node("Reshape", "pick target", "y"),
        inputs={"x": (2, 6, 9, 7), "z": (5,)},
        constants={"target": whole(2, 1, 9, 7)},
    )
    assert_unchanged(keep_axis_of_pick, before)


def test_the_axis_is_the_first_where_it_is_not_said():
    before = graph(node("Gather", "x index", "pick"), node("Reshape", "pick target", "y"),
                   constants={"index": np.array(1, np.int64), "target": whole(1, 6, 9, 7)})
    after = keep_axis_of_pick(before)
    assert ops(after) == ["Gather"]
    assert_same_values(before, after)


def picked_behind(target, axis, index=np.array(1, np.int64), shape=(2, 6, 9, 7)):
    return graph(
        node("Reshape", "x target", "wide"),
        node("Gather", "wide index", "y", axis=axis),
        inputs={"x": shape},
        constants={"index": index, "target": whole(*target)},
    )


@pytest.mark.parametrize("index", [0, 5, -1])
@pytest.mark.parametrize(
    "target, axis", [((2, 1, 6, 9, 7), 2), ((2, 6, 1, 9, 7), 1), ((2, 6, 9, 1, 7), 2), ((2, 1, 6, 9, 7), -3)])
def test_an_axis_of_one_beside_it(target, axis, index):
    before = picked_behind(target, axis, np.array(index, np.int64))
    after = keep_axis_of_pick(before)
    assert ops(after) == ["Gather"]
    assert_same_values(before, after)


@pytest.mark.parametrize("shape, target, axis", [((1, 2, 9, 7), (2, 1, 1, 9, 7), 0), ((2, 1, 6, 7), (2, 6, 1, 1, 7), 1)], ids=str)
def test_axes_of_one_elsewhere(shape, target, axis):
    before = picked_behind(target, axis, shape=shape)
    after = keep_axis_of_pick(before)
    assert ops(after) == ["Gather"]
    assert_same_values(before, after)


@pytest.mark.parametrize(
    "other",
    [
        dict(target=(2, 1, 6, 9, 7), axis=2, index=whole(1)),
        dict(target=(2, 1, 6, 9, 7), axis=1, index=np.array(0, np.int64)),
        dict(target=(2, 2, 3, 9, 7), axis=1),
        dict(target=(2, 1, 6, 9, 7), axis=3),
        dict(target=(1, 2, 6, 9, 7), axis=2),
    ],
    ids=str,
)
def test_not_behind_other_reshapes(other):
    assert_unchanged(keep_axis_of_pick, picked_behind(**other))
