import numpy as np
import pytest

from job.onnx_model.passes import raise_reshapes
from tests.passes.small_graphs import (
    assert_same_values,
    assert_unchanged,
    graph,
    made_by,
    node,
    ops,
    weights,
    whole,
)

PARAMETERS = {
    "w": weights(4, 6),
    "b": weights(4),
    "v": weights(5, 4),
    "c": weights(5),
    "target": whole(2, 5, 1, 1),
}


def excited(*below, outputs="y", constants=PARAMETERS):
    """x -> mean -> Gemm -> Relu -> Gemm -> what is below -> Reshape."""
    names = ["second"] + ["step{}".format(number) for number in range(len(below))]
    steps = [node(op, names[number] + rest, names[number + 1]) for number, (op, rest) in enumerate(below)]
    return graph(
        node("ReduceMean", "x", "mean", axes=(2, 3), keepdims=0),
        node("Gemm", "mean w b", "first", transB=1),
        node("Relu", "first", "active"),
        node("Gemm", "active v c", "second", transB=1),
        *steps,
        node("Reshape", names[-1] + " target", "y"),
        outputs=outputs,
        constants=constants,
    )


def test_linear_layers_become_convolutions_and_the_mean_keeps_its_axes():
    before = excited(("Sigmoid", ""))
    after = raise_reshapes(before)
    assert ops(after) == ["ReduceMean", "Conv", "Relu", "Conv", "Sigmoid"]
    assert made_by(after, "y").op == "Sigmoid"
    assert_same_values(before, after)


def test_through_a_scalar_added_or_multiplied():
    constants = dict(PARAMETERS, three=np.array(3, np.float32), half=np.array([0.5], np.float32))
    before = excited(("Add", " three"), ("Mul", " half"), constants=constants)
    after = raise_reshapes(before)
    assert "Reshape" not in ops(after)
    assert_same_values(before, after)


def test_a_constant_for_each_channel_stays_below():
    """[C] below a Reshape would be a number for each column."""
    before = excited(("Mul", " scale"), constants=dict(PARAMETERS, scale=weights(5)))
    assert_unchanged(raise_reshapes, before)


def test_not_where_others_read_what_is_flat():
    assert_unchanged(raise_reshapes, excited(outputs="y second"))


def test_not_to_another_shape():
    for target in ((2, 5, 1), (2, 1, 5, 1), (5, 2, 1, 1), (1, 2, 5, 1)):
        assert_unchanged(raise_reshapes, excited(constants=dict(PARAMETERS, target=whole(*target))))


def test_not_a_matrix_of_biases():
    """A convolution has one bias for each channel."""
    assert_unchanged(raise_reshapes, excited(constants=dict(PARAMETERS, c=weights(2, 5))))


def test_not_a_computed_weight_or_bias():
    for computed in ("v", "c"):
        constants = {name: PARAMETERS[name] for name in {"v", "c", "target"} - {computed}}
        before = graph(
            node("Gemm", "x v c", "gemm", transB=1),
            node("Reshape", "gemm target", "y"),
            constants=constants,
            inputs={"x": (2, 4), computed: PARAMETERS[computed].shape},
        )
        assert_unchanged(raise_reshapes, before)


@pytest.mark.parametrize("op", "Relu Clip Sigmoid Tanh LeakyRelu Elu Selu HardSigmoid Softplus Abs Neg Exp Sqrt Identity".split())
def test_above_every_function_of_one_element(op):
    after = raise_reshapes(excited((op, "")))
    assert ops(after).count("Conv") == 2 and "Gemm" not in ops(after)
