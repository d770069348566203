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
