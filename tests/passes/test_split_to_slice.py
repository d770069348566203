import pytest

from job.onnx_model.passes import split_to_slice
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops


@pytest.mark.parametrize("read", range(3))
def test_one_part_is_a_slice(read):
    names = ["first", "second", "third"]
    before = graph(node("Split", "x", " ".join(names), axis=-1, split=(2, 1, 4)), node("Relu", names[read], "y"))
    after = split_to_slice(before)
    assert ops(after) == ["Slice", "Relu"]
    assert_same_values(before, after)


@pytest.mark.parametrize("outputs", ["y second", "y"])
def test_two_parts_stay(outputs):
    before = graph(node("Split", "x", "first second", axis=1, split=(3, 3)), node("Add", "first second", "y"),
                   outputs=outputs)
    assert_unchanged(split_to_slice, before)


def test_along_the_first_axis_where_none_is_said():
    before = graph(node("Split", "x", "first second"), node("Relu", "second", "y"))
    after = split_to_slice(before)
    assert ops(after) == ["Slice", "Relu"]
    assert_same_values(before, after)
