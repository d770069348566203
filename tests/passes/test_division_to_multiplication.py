import numpy as np

from job.onnx_model.passes import division_to_multiplication
from tests.passes.small_graphs import MAP, assert_same_values, assert_unchanged, graph, node, ops, weights


def divided(divisor, inputs="x d"):
    return graph(node("Div", inputs, "y"), constants={"d": divisor})


def test_by_a_scalar_and_by_channels():
    for divisor in (np.array(6, np.float32), weights(6, 1, 1), weights(7)):
        before = divided(divisor)
        after = division_to_multiplication(before)
        assert ops(after) == ["Mul"]
        assert after.constants["y.reciprocal"].shape == divisor.shape
        assert_same_values(before, after)


def test_not_a_constant_divided():
    assert_unchanged(division_to_multiplication, divided(weights(6, 1, 1), inputs="d x"))


def test_not_by_what_is_computed():
    assert_unchanged(division_to_multiplication, graph(node("Div", "x z", "y"), inputs={"x": MAP, "z": MAP}))


def test_not_by_zero():
    assert_unchanged(division_to_multiplication, divided(np.array([0, 1, 2, 3, 4, 5, 6], np.float32)))


def test_not_where_the_reciprocal_is_no_normal_number():
    """x / 1e-40 is finite for a small x, x * inf is not; 1 / 3e38 has lost most of its digits."""
    for divisor in (1e-40, 3e38):
        assert_unchanged(division_to_multiplication, divided(np.array(divisor, np.float32)))


def test_whole_numbers_are_divided_otherwise():
    before = graph(
        node("Shape", "x", "sizes"), node("Div", "sizes two", "y"), constants={"two": np.array(2, np.int64)}
    )
    assert_unchanged(division_to_multiplication, before)


def test_the_reciprocal_is_rounded_once():
    divisor = np.float32([3, 7, 0.1, 1e-3, 49, 6.7, 1.1])
    after = division_to_multiplication(divided(divisor))
    assert np.array_equal(after.constants["y.reciprocal"], (1 / divisor.astype(np.float64)).astype(np.float32))


def test_not_by_a_whole_number_of_zero_nor_by_any_zero():
    assert_unchanged(division_to_multiplication, divided(np.zeros((), np.float32)))


def test_the_smallest_normal_reciprocal_is_taken():
    before = divided(np.full((7,), 2.0 ** 126, np.float32))
    after = division_to_multiplication(before)
    assert ops(after) == ["Mul"] and after.constants["y.reciprocal"].tolist() == [2.0 ** -126] * 7
