import numpy as np
import pytest

from job.onnx_model.passes import flatten_channels_last
from tests.passes.small_graphs import (
    MAP,
    assert_same_values,
    assert_unchanged,
    graph,
    made_by,
    node,
    ops,
    weights,
    whole,
)

FLAT = 6 * 9 * 7


def flattened(*above, shape=MAP, target=(2, FLAT), transB=1, outputs="y", below=()):
    """x -> Reshape -> what is above the Gemm -> Gemm."""
    names = ["flat"] + ["step{}".format(number) for number in range(len(above))]
    steps = [node(op, names[number], names[number + 1]) for number, op in enumerate(above)]
    weight = weights(5, target[1]) if transB else weights(target[1], 5)
    return graph(
        node("Reshape", "x target", "flat"),
        *steps,
        node("Gemm", names[-1] + " w b", "y", transB=transB),
        *below,
        outputs=outputs,
        inputs={"x": shape},
        constants={"target": whole(*target), "w": weight, "b": weights(5)},
    )


@pytest.mark.parametrize("shape", [MAP, (2, 6, 63), (2, 6, 3, 7, 3)])
def test_the_weights_follow_whatever_the_rank(shape):
    before = flattened(shape=shape)
    after = flatten_channels_last(before)
    assert ops(after) == ["Transpose", "Reshape", "Gemm"]
    assert after.nodes[0].attributes["perm"] == (0,) + tuple(range(2, len(shape))) + (1,)
    assert_same_values(before, after)


def test_through_what_works_element_by_element():
    before = flattened("Relu", "Tanh")
    after = flatten_channels_last(before)
    assert ops(after) == ["Transpose", "Reshape", "Relu", "Tanh", "Gemm"]
    assert_same_values(before, after)


def test_the_bias_and_the_layers_name_stay():
    before = flattened()
    after = flatten_channels_last(before)
    assert made_by(after, "y").inputs[2] == "b"
    assert made_by(after, "y").layer == made_by(before, "y").layer


def test_several_heads_follow_together():
    head = node("Gemm", "flat w2 b2", "z", transB=1)
    before = flattened(below=(head,), outputs="y z")
    before = before._replace(constants=dict(before.constants, w2=weights(3, FLAT), b2=weights(3)))
    after = flatten_channels_last(before)
    assert ops(after) == ["Transpose", "Reshape", "Gemm", "Gemm"]
    assert_same_values(before, after)
    before = flattened("Relu", below=(head._replace(inputs=("step0", "w", "b")),), outputs="y z")
    after = flatten_channels_last(before)
    assert ops(after) == ["Transpose", "Reshape", "Relu", "Gemm", "Gemm"]
    assert_same_values(before, after)


@pytest.mark.parametrize("other", [node("Gemm", "flat computed b", "z", transB=1), node("Gemm", "flat w3 b", "z")])
def test_not_where_one_of_several_heads_cannot_follow(other):
    before = flattened(below=(node("Neg", "w", "computed"), other), outputs="y z")
    before = before._replace(constants=dict(before.constants, w3=weights(FLAT, 3)))
    assert_unchanged(flatten_channels_last, before)


def test_not_where_others_read_what_is_flat():
    assert_unchanged(flatten_channels_last, flattened(below=(node("Neg", "flat", "z"),), outputs="y z"))
    assert_unchanged(flatten_channels_last, flattened("Relu", outputs="y flat"))


def test_not_where_both_orders_are_the_same():
    assert_unchanged(flatten_channels_last, flattened(shape=(2, 6, 1, 1), target=(2, 6)))
    assert_unchanged(flatten_channels_last, flattened(shape=(2, 1, 9, 7), target=(2, 63)))


def test_not_where_the_batch_is_flattened_too():
    assert_unchanged(flatten_channels_last, flattened(target=(12, 63)))


def test_not_through_what_mixes_elements():
    assert_unchanged(flatten_channels_last, flattened("Softmax"))


def test_not_for_a_weight_in_another_order_or_computed():
    assert_unchanged(flatten_channels_last, flattened(transB=0))
    computed = graph(
        node("Reshape", "x target", "flat"),
        node("Gemm", "flat w b", "y", transB=1),
        inputs={"x": MAP, "w": (5, FLAT)},
        constants={"target": whole(2, FLAT), "b": weights(5)},
    )
    assert_unchanged(flatten_channels_last, computed)


def test_a_weight_that_two_layers_share_stays_for_the_other():
    before = graph(
        node("Reshape", "x target", "flat"),
        node("Gemm", "flat w b", "left", transB=1),
        node("Gemm", "z w b", "right", transB=1),
        outputs="left right",
        inputs={"x": MAP, "z": (3, FLAT)},
        constants={"target": whole(2, FLAT), "w": weights(5, FLAT), "b": weights(5)},
    )
    after = flatten_channels_last(before)
    assert ops(after) != ops(before)
    assert np.array_equal(after.constants["w"], before.constants["w"])
    assert_same_values(before, after)


def moved(perm, shape, target, op="Transpose", **attributes):
    """x -> Transpose -> Reshape -> Gemm."""
    attributes = {"perm": perm} if op == "Transpose" else attributes
    return graph(node(op, "x", "moved", **attributes), node("Reshape", "moved target", "flat"),
                 node("Gemm", "flat w b", "y", transB=1), inputs={"x": shape},
                 constants={"target": whole(*target), "w": weights(5, target[1]), "b": weights(5)})


def test_not_after_a_transpose_that_stands_there_already():
    assert_unchanged(flatten_channels_last, moved((0, 2, 3, 1), MAP, (2, FLAT)))
    assert_unchanged(flatten_channels_last, moved((0, 1, 3, 2), MAP, (2, FLAT)))
    assert_unchanged(flatten_channels_last, moved((0, 2, 3, 4, 1), (2, 6, 3, 7, 3), (2, FLAT)))


def test_after_another_of_a_volume_and_after_any_other_operator():
    for before in (moved((0, 2, 1, 3, 4), (2, 6, 3, 7, 3), (2, FLAT)), moved(None, MAP, (2, FLAT), op="Relu")):
        after = flatten_channels_last(before)
        assert ops(after)[1:] == ["Transpose", "Reshape", "Gemm"]
        assert_same_values(before, after)


def test_not_a_matrix_which_has_no_other_order():
    assert_unchanged(flatten_channels_last, flattened(shape=(2, FLAT)))
