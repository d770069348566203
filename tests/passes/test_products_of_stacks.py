import pytest

from job.onnx_model.passes import products_of_stacks
from tests.passes.small_graphs import assert_same_values, assert_shapes_are_so, assert_unchanged, drawn, graph, node, ops

TURNED = ["Transpose", "Transpose", "MatMul", "Transpose"]


@pytest.mark.parametrize("left, right, expected", [
    ((5,), (5, 4), ["Reshape", "MatMul", "Reshape"]), ((3, 5), (5,), ["Reshape", "MatMul", "Reshape"]),
    ((2, 3, 5), (5,), ["Reshape", "MatMul", "Reshape"]), ((5,), (2, 5, 4), ["Reshape"] + TURNED + ["Reshape"]),
    ((2, 3, 5), (1, 5, 4), ["Reshape", "MatMul"]), ((1, 3, 5), (2, 5, 4), ["Reshape"] + TURNED),
    ((3, 5), (2, 5, 4), TURNED), ((3, 5), (1, 1, 5, 4), ["Reshape", "MatMul", "Reshape"]),
    ((3, 5), (2, 6, 5, 4), TURNED), ((6, 3, 5), (2, 6, 5, 4), ["Reshape", "Expand", "MatMul"]),
    ((2, 3, 5), (6, 2, 5, 4), ["Reshape", "Expand", "MatMul"]),
    ((2, 1, 3, 5), (1, 6, 5, 4), ["Expand", "Expand", "MatMul"]),
    ((1, 6, 3, 5), (1, 1, 5, 4), ["Expand", "MatMul"]),
], ids=str)
def test_of_what_is_computed(left, right, expected):
    before = graph(node("MatMul", "x z", "p"), node("Neg", "p", "y"), inputs={"x": left, "z": right})
    after = products_of_stacks(before)
    assert ops(after) == expected + ["Neg"]
    assert_same_values(before, after)
    assert_shapes_are_so(after)


def test_of_two_vectors():
    before = graph(node("MatMul", "x z", "p"), node("Add", "p x", "y"), inputs={"x": (5,), "z": (5,)})
    after = products_of_stacks(before)
    assert ops(after) == ["Mul", "ReduceSum", "Add"]
    assert_same_values(before, after)
    assert_shapes_are_so(after)


@pytest.mark.parametrize("inputs, constants, expected", [
    ({"x": (2, 5, 4)}, {"w": (3, 5)}, ["Transpose", "MatMul", "Transpose"]),
    ({"x": (1, 5, 4)}, {"w": (1, 3, 5)}, ["Transpose", "MatMul", "Transpose"]),
    ({"x": (2, 5, 4)}, {"w": (1, 3, 5)}, ["Transpose", "MatMul", "Transpose"]),
    ({"x": (2, 5, 4)}, {"w": (5,)}, ["Transpose", "MatMul", "Transpose", "Reshape"]),
    ({"x": (2, 5, 4)}, {"w": (2, 3, 5)}, ["Transpose", "MatMul", "Transpose"]),
    ({"x": (1, 2, 5, 4)}, {"w": (2, 3, 5)}, ["Transpose", "MatMul", "Transpose"])], ids=str)
def test_constants_are_turned_before(inputs, constants, expected):
    before = graph(node("MatMul", "w x", "p"), node("Neg", "p", "y"), inputs=inputs, constants=drawn(**constants))
    after = products_of_stacks(before)
    assert ops(after) == expected + ["Neg"]
    assert_same_values(before, after)


@pytest.mark.parametrize("left, right", [((3, 5), (5, 4)), ((2, 3, 5), (2, 5, 4)), ((2, 3, 5), (5, 4))], ids=str)
def test_what_the_converter_takes_stays(left, right):
    assert_unchanged(products_of_stacks, graph(node("MatMul", "x z", "y"), inputs={"x": left, "z": right}))
