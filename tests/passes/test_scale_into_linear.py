import numpy as np
import pytest

from job.onnx_model.passes import scale_into_linear
from tests.passes.small_graphs import assert_same_values, assert_unchanged, drawn, graph, node, ops, whole

FACTOR = np.array(0.35, np.float32)


def scaled(mul="heads factor", factor=FACTOR, outputs="y", moves=True, bias="sum b"):
    layer = [node("MatMul", "x w", "sum" if bias is None else "product")]
    total = [] if bias is None else [node("Add", bias.replace("sum", "product"), "sum")]
    moved = [node("Reshape", "sum target", "split"), node("Transpose", "split", "heads", perm=(0, 2, 1, 3))]
    return graph(
        *layer, *total, *(moved if moves else []), node("Mul", mul if moves else mul.replace("heads", "sum"), "y"),
        outputs=outputs, inputs={"x": (2, 5, 8)},
        constants=dict(drawn(w=(8, 12), b=(12,)), factor=factor, target=whole(2, 5, 3, 4)))


@pytest.mark.parametrize("other", [
    dict(), dict(mul="factor heads"), dict(factor=np.full((1, 1), 0.35, np.float32)), dict(moves=False), dict(bias=None),
    dict(bias="b sum"),
], ids=["past moves", "in the other order", "in a matrix", "directly", "without a bias", "the bias first"])
def test_a_number_goes_into_the_weights(other):
    before = scaled(**other)
    after = scale_into_linear(before)
    assert ops(after) == [op for op in ops(before) if op != "Mul"]
    assert_same_values(before, after)


@pytest.mark.parametrize("other", [
    dict(factor=np.array([1, 2, 3, 4], np.float32)),
    dict(factor=np.full((1, 1, 1, 1, 1), 2, np.float32)),
    dict(outputs="y heads"),
    dict(outputs="y split"),
    dict(outputs="y sum"),
], ids=["several numbers", "one that adds an axis", "an output before it", "one between", "the layer's own"])
def test_not_for_others(other):
    assert_unchanged(scale_into_linear, scaled(**other))


def test_past_a_product():
    before = graph(
        node("MatMul", "x w", "queries"), node("MatMul", "queries z", "scores"), node("Mul", "scores factor", "y"),
        inputs={"x": (2, 5, 8), "z": (2, 12, 4)}, constants=dict(drawn(w=(8, 12)), factor=FACTOR))
    after = scale_into_linear(before)
    assert ops(after) == ["MatMul", "MatMul"]
    assert_same_values(before, after)


def test_not_into_what_others_read():
    assert_unchanged(scale_into_linear, graph(
        node("MatMul", "x w", "both"), node("Transpose", "both", "across", perm=(0, 2, 1)),
        node("MatMul", "both across", "scores"), node("Mul", "scores factor", "y"),
        inputs={"x": (2, 5, 8)}, constants=dict(drawn(w=(8, 12)), factor=FACTOR)))


def test_not_into_a_product_of_two():
    assert_unchanged(scale_into_linear, graph(
        node("MatMul", "x z", "product"), node("Mul", "product factor", "y"),
        inputs={"x": (2, 5, 8), "z": (2, 8, 4)}, constants={"factor": FACTOR}))
