import numpy as np

from job.onnx_model.passes.drop_empty_parts import drop_empty_parts
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node


def test_nothing_is_joined_to_something():
    before = graph(node("Concat", "x nothing x", "y", axis=2), constants={"nothing": np.zeros((2, 6, 0, 7), np.float32)})
    after = drop_empty_parts(before)
    assert after.nodes[0].inputs == ("x", "x")
    assert_same_values(before, after)


def test_not_where_all_are_empty_nor_where_none_is():
    nothing = {"nothing": np.zeros((2, 6, 0, 7), np.float32)}
    assert_unchanged(drop_empty_parts, graph(node("Concat", "nothing nothing", "y", axis=2), constants=nothing))
    assert_unchanged(drop_empty_parts, graph(node("Concat", "x x", "y", axis=2)))


def test_not_for_other_operators():
    nothing = {"nothing": np.zeros((0,), np.float32)}
    before = graph(node("Concat", "x x", "m", axis=1), node("Resize", "m nothing", "y"))._replace(constants=nothing)
    assert drop_empty_parts(before).nodes[1].inputs == ("m", "nothing")


def test_a_part_of_unknown_shape_stays():
    before = graph(node("Concat", "x z", "y", axis=2), inputs={"x": (2, 6, 9, 7), "z": (2, 6, 3, 7)})
    assert_unchanged(drop_empty_parts, before._replace(shapes={"x": (2, 6, 9, 7)}))
