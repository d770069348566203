import pytest

from job.onnx_model.passes import lower_reshapes
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, weights, whole

FORMS = {
    "Flatten": (node("Flatten", "x", "y"), (2, 6 * 9 * 7)),
    "Flatten at another axis": (node("Flatten", "x", "y", axis=3), (2 * 6 * 9, 7)),
    "Flatten of all": (node("Flatten", "x", "y", axis=0), (1, 2 * 6 * 9 * 7)),
    "Unsqueeze": (node("Unsqueeze", "x", "y", axes=(0, 3)), (1, 2, 6, 1, 9, 7)),
    "Reshape with 0 and -1": (node("Reshape", "x target", "y"), (2, 6, 63)),
}


@pytest.mark.parametrize("made, shape", FORMS.values(), ids=list(FORMS))
def test_a_reshape_with_its_whole_target(made, shape):
    before = graph(made, constants={"target": whole(0, 6, -1)})
    after = lower_reshapes(before)
    assert ops(after) == ["Reshape"]
    assert after.constants["y.shape"].tolist() == list(shape)
    assert_same_values(before, after)


@pytest.mark.parametrize("attributes", [{}, {"axes": (2,)}, {"axes": (0, 3)}])
def test_squeeze(attributes):
    before = graph(node("Squeeze", "x", "y", **attributes), inputs={"x": (1, 6, 1, 1)})
    after = lower_reshapes(before)
    assert ops(after) == ["Reshape"]
    assert_same_values(before, after)


def test_others_stay():
    assert_unchanged(
        lower_reshapes,
        graph(
            node("Transpose", "x", "a", perm=(0, 2, 3, 1)),
            node("Expand", "a b", "y"),
            constants={"b": whole(2, 9, 7, 6)},
        ),
    )
    assert_unchanged(lower_reshapes, graph(node("Mul", "x c", "y"), constants={"c": weights(7)}))
