import numpy as np
import pytest

from job.onnx_model.passes import linear_to_gemm
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, weights

FORMS = {
    "plain": ((3, 6), weights(6, 4), weights(4), {}),
    "as the exporter writes it": ((3, 6), weights(4, 6), weights(4), dict(alpha=1.0, beta=1.0, transB=1)),
    "scaled": ((3, 6), weights(4, 6), weights(4), dict(alpha=0.5, beta=-2.0, transB=1)),
    "x the other way": ((6, 3), weights(6, 4), weights(4), dict(transA=1)),
    "a row of biases": ((3, 6), weights(6, 4), weights(1, 4), {}),
    "one bias for all": ((3, 6), weights(6, 4), np.array(0.3, np.float32), {}),
    "one bias, of rank 2": ((3, 6), weights(6, 4), weights(1, 1), dict(beta=3.0)),
    "one output": ((3, 6), weights(6, 1), weights(1), {}),
}


def gemm(x, weight, bias, attributes):
    return graph(
        node("Gemm", "x w b", "y", **attributes), inputs={"x": x}, constants={"w": weight, "b": bias}
    )


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_one_form_for_all(form):
    before = gemm(*form)
    after = linear_to_gemm(before)
    made = after.nodes[-1]
    assert (made.op, made.attributes) == ("Gemm", {"transB": 1})
    outputs = after.shapes["y"][1]
    assert [after.constants[name].shape for name in made.inputs[1:]] == [(outputs, 6), (outputs,)]
    assert_same_values(before, after)


def test_a_product_has_no_bias_and_gets_zeros():
    before = graph(node("MatMul", "x w", "y"), inputs={"x": (3, 6)}, constants={"w": weights(6, 4)})
    after = linear_to_gemm(before)
    assert ops(after) == ["Gemm"]
    assert not after.constants["y.bias"].any()
    assert_same_values(before, after)


def test_the_canonical_one_stays():
    assert_unchanged(linear_to_gemm, gemm((3, 6), weights(4, 6), weights(4), dict(transB=1)))


def test_a_column_or_a_matrix_of_biases_stays():
    """Also where there are as many rows as outputs, so that a column would fit as a row."""
    for bias in (weights(4, 1), weights(4, 4)):
        assert_unchanged(linear_to_gemm, gemm((4, 6), weights(6, 4), bias, {}))


def test_not_for_what_is_computed():
    two = {"x": (3, 6), "z": (6, 4)}
    assert_unchanged(linear_to_gemm, graph(node("MatMul", "x z", "y"), inputs=two))
    assert_unchanged(
        linear_to_gemm,
        graph(node("MatMul", "w x", "y"), inputs={"x": (3, 6)}, constants={"w": weights(2, 3)}),
    )
    assert_unchanged(
        linear_to_gemm,
        graph(node("Gemm", "x w z", "y"), inputs={"x": (3, 6), "z": (4,)}, constants={"w": weights(6, 4)}),
    )


def test_not_for_a_product_of_more_than_matrices():
    assert_unchanged(
        linear_to_gemm,
        graph(node("MatMul", "x w", "y"), inputs={"x": (2, 3, 6)}, constants={"w": weights(6, 4)}),
    )
    assert_unchanged(
        linear_to_gemm,
        graph(node("MatMul", "x w", "y"), inputs={"x": (3, 6)}, constants={"w": weights(2, 6, 4)}),
    )
