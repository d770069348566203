import pytest

from job.onnx_model.passes import join_slices
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, whole


def sliced(first=2, second=3, outputs="y", steps=1):
    return graph(
        node("Slice", "x one end first", "rows"),
        node("Slice", "rows one last second steps", "y"),
        outputs=outputs,
        constants={"one": whole(1), "end": whole(9999), "last": whole(-1), "first": whole(first), "second": whole(second),
                   "steps": whole(steps)},
    )


@pytest.mark.parametrize("axes", [dict(), dict(first=3, second=2), dict(first=-1, second=1), dict(steps=2)], ids=str)
def test_of_other_axes(axes):
    before = sliced(**axes)
    after = join_slices(before)
    assert ops(after) == ["Slice"]
    assert_same_values(before, after)


@pytest.mark.parametrize("other", [dict(second=2), dict(first=-1), dict(outputs="y rows")], ids=str)
def test_not_for_others(other):
    assert_unchanged(join_slices, sliced(**other))
