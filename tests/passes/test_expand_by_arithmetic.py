import pytest

from job.onnx_model.passes import expand_by_arithmetic
from tests.passes.small_graphs import MAP, assert_same_values, assert_unchanged, graph, node, ops, whole

WHOLE, GATE = {"x": MAP, "gate": MAP[:2] + (1, 1)}, dict(size=whole(*MAP))


@pytest.mark.parametrize("op", ["Add", "Sub", "Mul", "Div", "Max", "Min"])
@pytest.mark.parametrize("operands", ["x large", "large x"])
def test_a_gate_is_broadcast(op, operands):
    before = graph(node("Expand", "gate size", "large"), node(op, operands, "y"), constants=GATE, inputs=WHOLE)
    after = expand_by_arithmetic(before)
    assert ops(after) == [op]
    assert_same_values(before, after)


def test_one_that_is_repeated_too():
    before = graph(node("Tile", "gate times", "large"), node("Mul", "x large", "y"), inputs=WHOLE,
                   constants=dict(times=whole(1, 1, 9, 7)))
    assert ops(expand_by_arithmetic(before)) == ["Mul"]


def test_a_row_and_a_column_make_the_map():
    before = graph(node("Expand", "row size", "rows"), node("Expand", "gate size", "large"), node("Mul", "rows large", "y"),
                   inputs={"row": (2, 1, 9, 7), "gate": (2, 6, 1, 1)}, constants=GATE)
    after = expand_by_arithmetic(before)
    assert ops(after) == ["Mul"]
    assert_same_values(before, after)


@pytest.mark.parametrize("nodes", [
    (node("Expand", "gate size", "large"), node("Mul", "large gate", "y")),
    (node("Expand", "gate size", "large"), node("Concat", "x large", "y", axis=1)),
    (node("Tile", "x times", "large"), node("Mul", "large gate", "y")),
    (node("Expand", "gate larger", "large"), node("Mul", "x large", "y")),
], ids=["with what is no larger", "no arithmetic", "more than ones", "of more axes"])
def test_stays(nodes):
    assert_unchanged(expand_by_arithmetic, graph(*nodes, inputs=WHOLE, constants=dict(
        GATE, times=whole(1, 1, 2, 1), larger=whole(1, *MAP))))
