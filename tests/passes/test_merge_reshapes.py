import pytest

from job.onnx_model.passes import merge_reshapes
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, whole


def test_two_in_a_row_are_one_and_others_keep_theirs():
    before = graph(
        node("Reshape", "x first", "a"),
        node("Reshape", "a second", "y"),
        node("Tanh", "a", "z"),
        outputs="y z",
        constants={"first": whole(12, 63), "second": whole(2, 54, 7)},
    )
    after = merge_reshapes(before)
    assert ops(after) == ["Reshape", "Reshape", "Tanh"]
    assert after.nodes[1].inputs[0] == "x"
    assert_same_values(before, after)


def test_there_and_back_is_nothing():
    before = graph(
        node("Reshape", "x first", "a"),
        node("Reshape", "a second", "b"),
        node("Tanh", "b", "y"),
        constants={"first": whole(12, 63), "second": whole(2, 6, 9, 7)},
    )
    assert ops(merge_reshapes(before)) == ["Tanh"]


def test_not_through_what_changes_the_order():
    assert_unchanged(
        merge_reshapes,
        graph(
            node("Reshape", "x first", "a"),
            node("Transpose", "a", "b", perm=(1, 0)),
            node("Reshape", "b second", "y"),
            constants={"first": whole(12, 63), "second": whole(9, 7, 12)},
        ),
    )


def mean(axes, keepdims, target, outputs="y"):
    return graph(
        node("ReduceMean", "x", "mean", axes=axes, keepdims=keepdims),
        node("Reshape", "mean target", "y"),
        outputs=outputs,
        constants={"target": whole(*target)},
    )


@pytest.mark.parametrize(
    "axes, keepdims, target",
    [
        ((2, 3), 1, (2, 6)),
        ((2, 3), 0, (2, 6, 1, 1)),
        ((-2, -1), 1, (2, 6)),
        ((1,), 1, (2, 9, 7)),
        ((1,), 0, (2, 1, 9, 7)),
    ],
)
def test_a_mean_is_reduced_to_the_shape_asked_for(axes, keepdims, target):
    before = mean(axes, keepdims, target)
    after = merge_reshapes(before)
    assert ops(after) == ["ReduceMean"]
    assert after.nodes[0].attributes["keepdims"] == 1 - keepdims
    assert_same_values(before, after)


def test_not_a_mean_that_others_read_or_in_another_shape():
    assert_unchanged(merge_reshapes, mean((2, 3), 1, (2, 6), outputs="y mean"))
    assert_unchanged(merge_reshapes, mean((2, 3), 1, (12,)))
    assert_unchanged(merge_reshapes, mean((2, 3), 1, (6, 2)))
