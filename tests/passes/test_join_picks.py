import numpy as np
import pytest

from job.onnx_model.passes import join_picks
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, whole

S, T = np.array(0.4, np.float32), np.array([[[-1.5]]], np.float32)


def joined(*parts, axis=1, outputs="y", **constants):
    """Each part is (indices, operators on it), such as ([0], "Mul s, Add t")."""
    nodes, names, picks = [], [], {}
    for number, (indices, steps) in enumerate(parts):
        name = "part{}".format(number)
        picks["index{}".format(number)] = whole(*indices)
        nodes.append(node("Gather", "x index{}".format(number), name, axis=axis))
        for step in filter(None, steps.split(", ")):
            op, constant = step.split()
            nodes.append(node(op, "{} {}".format(name, constant), name + op[0].lower()))
            name += op[0].lower()
        names.append(name)
    nodes.append(node("Concat", " ".join(names), "y", axis=axis))
    return graph(*nodes, outputs=outputs, constants=dict(picks, s=S, t=T, **constants))


def test_all_channels_in_their_order():
    before = joined(*(([i], "Mul s, Add t") for i in range(6)))
    after = join_picks(before)
    assert ops(after) == ["Mul", "Add"]
    assert_same_values(before, after)


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_some_of_them_on_any_axis(axis):
    before = joined(([0, -1], "Mul s"), ([2], ""), ([5, 1], "Add t"), axis=axis)
    after = join_picks(before)
    assert ops(after) == ["Gather", "Mul", "Add"]
    assert_same_values(before, after)


def test_only_put_together_again():
    before = joined(([0, 1], ""), ([2, 3, 4, 5], ""))
    after = join_picks(before)
    assert ops(after) == ["Identity"]
    assert_same_values(before, after)


@pytest.mark.parametrize(
    "parts, options",
    [
        ([([0], "Add t, Mul s"), ([1], "")], {}),
        ([([0], "Mul row"), ([1], "")], {"row": np.ones(7, np.float32) / 3}),
        ([([0], "Mul s"), ([1], "")], {"outputs": "y part0"}),
        ([([0], "Mul s"), ([1], "")], {"outputs": "y part0m"}),
    ],
    ids=["shift before scale", "a number a column", "pick read", "scale read"],
)
def test_not_for_others(parts, options):
    assert_unchanged(join_picks, joined(*parts, **options))


def test_not_of_two_tensors_or_along_another_axis():
    two = graph(
        node("Gather", "x i", "a", axis=1), node("Gather", "z i", "b", axis=1), node("Concat", "a b", "y", axis=1),
        inputs={"x": (2, 6, 9, 7), "z": (2, 6, 9, 7)}, constants={"i": whole(1, 0)})
    assert_unchanged(join_picks, two)
    across = graph(
        node("Gather", "x i", "a", axis=2), node("Gather", "x j", "b", axis=2), node("Concat", "a b", "y", axis=1),
        constants={"i": whole(1), "j": whole(3)})
    assert_unchanged(join_picks, across)


def test_not_with_another_operator_between():
    active = graph(
        node("Gather", "x i", "a", axis=1), node("Relu", "a", "b"), node("Gather", "x j", "c", axis=1),
        node("Concat", "b c", "y", axis=1), constants={"i": whole(0), "j": whole(1)})
    assert_unchanged(join_picks, active)


def test_an_index_from_the_end_is_in_order_too():
    before = joined(([0, 1, 2, 3, 4], ""), ([-1], ""))
    after = join_picks(before)
    assert ops(after) == ["Identity"]
    assert_same_values(before, after)


def test_not_a_single_part_nor_one_with_a_constant_of_many_numbers_added():
    assert_unchanged(join_picks, joined(([0, 1], "")))
    assert_unchanged(join_picks, joined(([0], "Add row"), ([1], ""), row=np.ones(7, np.float32) / 3))
