import numpy as np
import pytest

from job.onnx_model.passes import gemm_to_matmul
from tests.passes.small_graphs import assert_same_values, assert_unchanged, drawn, graph, node, ops

SHAPES = {"x": (3, 4), "w": (5, 4), "b": (3, 5), "row": (5,)}


def gemm(bias, *computed, **attributes):
    return graph(node("Gemm", "x w " + bias, "y", transB=1, **attributes),
                 inputs={name: SHAPES[name] for name in ("x",) + computed},
                 constants=drawn(**{name: SHAPES[name] for name in ("w", bias) if name not in computed}))


@pytest.mark.parametrize("before, expected", [
    (gemm("row", "w"), ["Transpose", "MatMul", "Add"]), (gemm("row", "row"), ["MatMul", "Add"]),
    (gemm("b", alpha=0.5, beta=2.0), ["MatMul", "Mul", "Add"]),
    (gemm("b", "b", beta=2.0), ["MatMul", "Mul", "Add"]),
])
def test_product_and_sum(before, expected):
    after = gemm_to_matmul(before)
    assert ops(after) == expected
    assert_same_values(before, after)


def test_a_layer_of_its_own_stays():
    assert_unchanged(gemm_to_matmul, gemm("row", alpha=0.5))


@pytest.mark.parametrize("bias, expected", [
    (np.float32(0.5), ["Gemm"]), (np.float32([[0.5]]), ["Gemm"]), (np.float32([0.5]), ["Gemm"]),
    (np.float32([[1, 2, 3, 4, 5]]), ["Gemm"]),
    (np.float32([[1], [2], [3]]), ["MatMul", "Add"])], ids=str)
def test_a_bias_that_is_the_same_in_every_row_stays(bias, expected):
    before = graph(node("Gemm", "x w b", "y", transB=1), inputs={"x": SHAPES["x"]}, constants=dict(drawn(w=(5, 4)), b=bias))
    after = gemm_to_matmul(before)
    assert ops(after) == expected
    assert_same_values(before, after)


def test_not_without_shapes():
    before = gemm("b")
    assert_unchanged(gemm_to_matmul, before._replace(shapes={"x": SHAPES["x"]}))
