import numpy as np
import pytest

from job.onnx_model.passes import remove_identities
from tests.passes.small_graphs import MAP, assert_same_values, assert_unchanged, graph, node, ops, whole

ONE, ZERO = np.ones((6, 1, 1), np.float32), np.array(0, np.float32)
CONSTANTS = {
    "one": ONE,
    "zero": ZERO,
    "same": whole(*MAP),
    "larger": np.ones((3, 1, 1, 1, 1), np.float32),
    "nearly": np.array([1, 1, 1, 1, 1, 1, 2], np.float32),
    "other": whole(2, 6, 7, 9),
}

NOTHING = [
    node("Identity", "x", "a"),
    node("Dropout", "x", "a", ratio=0.5),
    node("Pad", "x", "a", pads=(0,) * 8),
    node("Transpose", "x", "a", perm=(0, 1, 2, 3)),
    node("Concat", "x", "a", axis=1),
    node("Mul", "x one", "a"),
    node("Div", "x one", "a"),
    node("Add", "x zero", "a"),
    node("Sub", "x zero", "a"),
    node("Reshape", "x same", "a"),
    node("Expand", "x same", "a"),
]
SOMETHING = [
    node("Pad", "x", "a", pads=(0, 0, 0, 0, 0, 0, 0, 1)),
    node("Transpose", "x", "a", perm=(0, 1, 3, 2)),
    node("Transpose", "x", "a"),
    node("Concat", "x x", "a", axis=1),
    node("Mul", "x nearly", "a"),
    node("Mul", "x zero", "a"),
    node("Add", "x one", "a"),
    node("Sub", "zero x", "a"),
    node("Div", "one x", "a"),
    node("Mul", "x larger", "a"),
    node("Reshape", "x other", "a"),
    node("Flatten", "x", "a"),
]


def then_tanh(step):
    used = {name: CONSTANTS[name] for name in step.inputs if name in CONSTANTS}
    return graph(step, node("Tanh", "a", "y"), constants=used)


@pytest.mark.parametrize("step", NOTHING, ids=lambda step: step.op)
def test_goes(step):
    before = then_tanh(step)
    after = remove_identities(before)
    assert ops(after) == ["Tanh"]
    assert after.constants == {}
    assert_same_values(before, after)


@pytest.mark.parametrize("step", SOMETHING, ids=lambda step: " ".join((step.op,) + step.inputs))
def test_stays(step):
    assert_unchanged(remove_identities, then_tanh(step))


def test_a_row_of_them_goes_for_every_reader():
    before = graph(
        node("Identity", "x", "a"),
        node("Dropout", "a", "b"),
        node("Tanh", "b", "y"),
        node("Neg", "a", "z"),
        outputs="y z",
    )
    after = remove_identities(before)
    assert ops(after) == ["Tanh", "Neg"]
    assert_same_values(before, after)


def test_the_graphs_own_outputs_stay():
    before = graph(
        node("Identity", "x", "y"), node("Relu", "x", "a"), node("Dropout", "a", "z"), outputs="y z"
    )
    assert_unchanged(remove_identities, before)


def test_not_with_what_is_computed():
    assert_unchanged(
        remove_identities, graph(node("Mul", "x z", "a"), node("Tanh", "a", "y"), inputs={"x": MAP, "z": MAP})
    )


def test_not_where_more_than_the_first_output_is_read():
    before = graph(
        node("MaxPool", "x", "a places", kernel_shape=(1, 1)), node("Tanh", "a", "y"), outputs="y places"
    )
    assert_unchanged(remove_identities, before)
