import numpy as np

from job.onnx_model.passes import truth_as_numbers
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, whole


def test_truth_values_are_moved_as_numbers():
    before = graph(
        node("Greater", "x zero", "above"), node("Gather", "above places", "picked", axis=3),
        node("Concat", "picked above", "y", axis=3),
        constants={"zero": np.array(0, np.float32), "places": whole(3, 1)})
    after = truth_as_numbers(before)
    assert ops(after) == ["Greater", "Cast", "Gather", "Cast", "Cast", "Cast", "Concat", "Cast"]
    assert_same_values(before, after)


def test_numbers_and_logic_stay():
    before = graph(node("Greater", "x zero", "above"), node("Not", "above", "below"), node("Cast", "below", "n", to=1),
                   node("Concat", "n x", "y", axis=1), constants={"zero": np.array(0, np.float32)})
    assert_unchanged(truth_as_numbers, before)
