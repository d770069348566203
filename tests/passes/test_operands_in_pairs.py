import pytest

from job.onnx_model.passes import operands_in_pairs
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops

INPUTS = {"a": (1, 4), "b": (3, 1), "c": (2, 1, 1), "d": (4,)}


@pytest.mark.parametrize("op", ["Max", "Min"])
def test_any_number(op):
    before = graph(node(op, "a b c d", "y"), inputs=INPUTS)
    after = operands_in_pairs(before)
    assert ops(after) == [op] * 3
    assert_same_values(before, after)
    assert ops(operands_in_pairs(graph(node(op, "a", "y"), inputs={"a": (2, 3)}))) == ["Identity"]


def test_pairs_and_sums_stay():
    assert_unchanged(operands_in_pairs, graph(node("Max", "a b", "m"), node("Sum", "m c d", "y"), inputs=INPUTS))
