"""Products of stacks, laid as one layer a matrix: the same answers but for the last bits, and no more of them than pay."""
import numpy as np
import pytest
from plumbing_files import Making, answers, names

from job.tensorflow_model import matrix_products
from job.tensorflow_model.matrix_products import LEAST, MOST_MATRICES, with_matrix_products

ROWS, COLUMNS, SHARED = 16, LEAST // 16, 7


def stacks(axis, matrices=3, rows=ROWS, columns=COLUMNS):
    """Shapes of both, of their pairs, and of the product."""
    if axis == 3:
        return (matrices, rows, 1, SHARED), (matrices, 1, columns, SHARED), (matrices, rows, columns, SHARED), (matrices, rows, columns)
    return (matrices, rows, SHARED, 1), (matrices, 1, SHARED, columns), (matrices, rows, SHARED, columns), (matrices, rows, columns)


def product(axis, order=(0, 1), **sizes):
    left, right, pairs, made = stacks(axis, **sizes)
    make = Making(left, right)
    total = make.add("SUM", made, make.add("MUL", pairs, *order), make.constant([axis], "int32"))
    return make, total


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("sizes", [{}, {"matrices": 1}, {"rows": 1, "columns": LEAST}, {"rows": 33, "columns": 40}])
@pytest.mark.parametrize("axis", [3, 2])
def test_one_layer_a_matrix(axis, sizes, order):
    make, total = product(axis, order, **sizes)
    before = make.file(make.add("TANH", stacks(axis, **sizes)[-1], total))
    after = with_matrix_products(before)
    assert names(after).count("FULLY_CONNECTED") == sizes.get("matrices", 3) and not {"MUL", "SUM"}.intersection(names(after))
    assert names(after).count("TRANSPOSE") == (axis == 2)
    for expected, value in zip(answers(before), answers(after)):
        assert np.ptp(expected) > 1
        np.testing.assert_allclose(value, expected, atol=1e-5)
    assert with_matrix_products(after) is after


def test_what_two_read_is_made_once():
    make, total = product(3)
    other = make.add("SUM", stacks(3)[-1], make.add("MUL", stacks(3)[2], 0, 1), make.constant([3], "int32"))
    before = make.file(make.add("SUB", stacks(3)[-1], make.add("EXP", stacks(3)[-1], total), other))
    after = with_matrix_products(before)
    assert names(after).count("FULLY_CONNECTED") == 6 and len({after.tensors[index].name for index in after.outputs}) == 1
    assert len({tensor.name for tensor in after.tensors}) == len(after.tensors)
    assert sum(tensor.shape == (COLUMNS,) for tensor in after.tensors) == 1  # zeros
    np.testing.assert_allclose(answers(after)[0], answers(before)[0], rtol=1e-4)


def pairs_of(axis=3):
    left, right, pairs, made = stacks(axis)
    make = Making(left, right)
    return make, make.add("MUL", pairs, 0, 1), made


def read_twice():
    make, pairs, made = pairs_of()
    return make.file(make.add("SUM", made, pairs, make.constant([3], "int32")), make.add("TANH", stacks(3)[2], pairs))


def an_output():
    make, pairs, made = pairs_of()
    return make.file(make.add("SUM", made, pairs, make.constant([3], "int32")), pairs)


def over_another_axis():
    make, pairs, made = pairs_of()
    return make.file(make.add("SUM", (3, COLUMNS, SHARED), pairs, make.constant([1], "int32")))


def over_two_axes():
    make, pairs, made = pairs_of()
    return make.file(make.add("SUM", made[:2], pairs, make.constant([2, 3], "int32")))


def of_a_constant():
    left, right, pairs, made = stacks(3)
    make = Making(left)
    times = make.add("MUL", pairs, 0, make.constant(np.arange(np.prod(right)).reshape(right)))
    return make.file(make.add("SUM", made, times, make.constant([3], "int32")))


def of_equal_shapes():
    _, _, pairs, made = stacks(3)
    make = Making(pairs, pairs)
    return make.file(make.add("SUM", made, make.add("MUL", pairs, 0, 1), make.constant([3], "int32")))


def too_small():
    make, total = product(3, columns=COLUMNS - 1)
    return make.file(total)


def too_many():
    make, total = product(3, matrices=MOST_MATRICES + 1)
    return make.file(total)


@pytest.mark.parametrize("sizes", [{"matrices": MOST_MATRICES + 1}, {"columns": COLUMNS - 1}], ids=str)
def test_of_so_many_pairs_layers_are_made_at_any_rate(monkeypatch, sizes):
    """They would take more memory than a phone has."""
    make, total = product(3, **sizes)
    pairs = np.prod(stacks(3, **sizes)[2])
    monkeypatch.setattr(matrix_products, "MOST_PAIRS", pairs)
    file = make.file(total)
    assert with_matrix_products(file) is file
    monkeypatch.setattr(matrix_products, "MOST_PAIRS", pairs - 1)
    assert names(with_matrix_products(file)).count("FULLY_CONNECTED") == sizes.get("matrices", 3)
    monkeypatch.setattr(matrix_products, "MOST_LARGE", sizes.get("matrices", 3) - 1)
    assert with_matrix_products(file) is file


@pytest.mark.parametrize("other", [read_twice, an_output, over_another_axis, over_two_axes, of_a_constant, of_equal_shapes,
                                   too_small, too_many], ids=lambda each: each.__name__.replace("_", " "))
def test_others_stay(other):
    file = other()
    assert with_matrix_products(file) is file
