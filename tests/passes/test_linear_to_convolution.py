import numpy as np
import pytest

from job.onnx_model.passes import linear_to_convolution
from tests.passes.small_graphs import MAP, assert_same_values, assert_unchanged, drawn, graph, node, ops, weights

WEIGHTS = drawn(w=(7, 4), b=(4,))
TRANSPOSED = ["Transpose", "Conv", "Transpose"]


def test_its_bias_is_the_convolutions():
    for sum_of in ("product b", "b product"):
        before = graph(node("MatMul", "x w", "product"), node("Add", sum_of, "y"), constants=WEIGHTS)
        after = linear_to_convolution(before)
        assert ops(after) == TRANSPOSED
        assert [after.constants[name].shape for name in after.nodes[1].inputs[1:]] == [(4, 7, 1, 1), (4,)]
        assert_same_values(before, after)


def test_without_a_bias():
    before = graph(node("MatMul", "x w", "y"), constants=drawn(w=(7, 4)))
    after = linear_to_convolution(before)
    assert ops(after) == TRANSPOSED and len(after.nodes[1].inputs) == 2
    assert_same_values(before, after)


def test_what_is_read_elsewhere_keeps_its_sum():
    before = graph(
        node("MatMul", "x w", "product"), node("Add", "product b", "y"), outputs="y product", constants=WEIGHTS
    )
    after = linear_to_convolution(before)
    assert ops(after) == TRANSPOSED + ["Add"]
    assert_same_values(before, after)


@pytest.mark.parametrize("bias", [weights(9, 1), weights(1, 6, 1, 1), np.array(0.5, np.float32), weights(1)])
def test_a_sum_of_another_kind_stays(bias):
    before = graph(node("MatMul", "x w", "product"), node("Add", "product b", "y"), constants=dict(WEIGHTS, b=bias))
    after = linear_to_convolution(before)
    assert ops(after) == TRANSPOSED + ["Add"]
    assert_same_values(before, after)


@pytest.mark.parametrize("shape", [(3, 7), (2, 6, 7), (2, 3, 4, 6, 7)])
def test_only_for_maps(shape):
    assert_unchanged(
        linear_to_convolution, graph(node("MatMul", "x w", "y"), inputs={"x": shape}, constants=drawn(w=(7, 4)))
    )


def test_not_for_what_is_computed():
    two = {"x": MAP, "z": (2, 6, 7, 4)}
    assert_unchanged(linear_to_convolution, graph(node("MatMul", "x z", "y"), inputs=two))
    assert_unchanged(linear_to_convolution, graph(node("MatMul", "x w", "y"), constants=drawn(w=(2, 6, 7, 4))))
    assert_unchanged(linear_to_convolution, graph(node("MatMul", "w x", "y"), constants=drawn(w=(5, 9))))
