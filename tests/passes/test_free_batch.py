import numpy as np
import pytest

from job.onnx_model.passes.free_batch import free_batch
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, whole


def reshaped(*target, inputs={"x": (2, 6, 9, 7)}):
    return graph(node("Reshape", "x target", "y"), inputs=inputs, constants={"target": whole(*target)})


@pytest.mark.parametrize("target", [(2, 378), (12, 63), (4, 3, 63), (756,)], ids=str)
def test_says_any_batch(target):
    before = reshaped(*target)
    after = free_batch(before)
    assert after.constants[after.nodes[0].inputs[1]].tolist() == [-1] + list(target[1:])
    assert_same_values(before, after)


def test_not_where_members_of_the_batch_are_split():
    assert_unchanged(free_batch, reshaped(3, 252))


def test_not_where_inputs_differ_in_their_first_axis():
    before = graph(
        node("Reshape", "x target", "flat"),
        node("MatMul", "flat z", "y"),
        inputs={"x": (2, 6), "z": (6, 3)},
        constants={"target": whole(2, 6)},
    )
    assert_unchanged(free_batch, before)


@pytest.mark.parametrize("before", [
    reshaped(2, -1), reshaped(0, 6, 63), reshaped(1, 12, 63), reshaped(2, 6, 63, inputs={"x": (1, 12, 9, 7), "z": (2, 3)}),
    reshaped(6, 63, inputs={"x": (3, 2, 9, 7)}), reshaped(3, 1, inputs={"x": (3,)})], ids=str)
def test_what_is_said_otherwise(before):
    after = free_batch(before)
    assert (after == before) == (before.constants["target"].tolist() != [3, 1] and before.constants["target"].tolist() != [6, 63])


def test_a_batch_of_one_may_become_any():
    before = reshaped(3, 126, inputs={"x": (1, 6, 9, 7)})
    assert free_batch(before).constants["y.shape"].tolist() == [-1, 126]


def test_the_target_is_of_whole_numbers():
    after = free_batch(reshaped(756))
    assert after.constants["y.shape"].dtype == np.int64 and after.constants["y.shape"].tolist() == [-1]


def test_numbers_without_axes_are_no_batch_of_any():
    before = graph(node("Reshape", "x target", "y"), inputs={"x": ()}, constants={"target": whole(1, 1)})
    assert_unchanged(free_batch, before)
    assert_unchanged(free_batch, graph(node("ReduceSum", "x", "m", keepdims=0), node("Reshape", "m target", "y"),
                                       constants={"target": whole(1, 1)}))
    assert_unchanged(free_batch, graph(node("ReduceSum", "x", "m"), node("Reshape", "m target", "y"),
                                       constants={"target": np.zeros(0, np.int64)}))


def test_an_empty_batch_and_a_target_without_axes_stay():
    empty = graph(node("ReduceSum", "x", "m"), node("Reshape", "m target", "y"), inputs={"x": (0, 3)},
                  constants={"target": whole(1, 1, 1)})
    assert_unchanged(free_batch, empty)
    assert_unchanged(free_batch, graph(node("ReduceSum", "x", "m"), node("Reshape", "m target", "y"), inputs={"x": (1, 3)},
                                       constants={"target": np.zeros(0, np.int64)}))
