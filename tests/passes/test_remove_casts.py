import numpy as np
import pytest

from job.onnx_model.passes import remove_casts
from tests.passes.small_graphs import MAP, assert_same_values, assert_unchanged, graph, node, ops

FLOAT, BYTES, BOOL = 1, 2, 9  # ONNX's numbers


def chosen(*steps):
    return graph(
        *steps,
        node("Neg", "x", "minus"),
        node("Where", "truth x minus", "y"),
        constants={"limit": np.array(0.5, np.float32)},
    )


@pytest.mark.parametrize("there", [BYTES, FLOAT])
def test_there_and_back_is_nothing(there):
    before = chosen(
        node("Greater", "x limit", "above"),
        node("Cast", "above", "bytes", to=there),
        node("Cast", "bytes", "truth", to=BOOL),
    )
    after = remove_casts(before)
    assert "Cast" not in ops(after)
    assert_same_values(before, after)


def test_a_number_is_not_a_truth_value():
    """-0.7 becomes 0 as a whole number, and true as it is."""
    assert_unchanged(
        remove_casts, chosen(node("Cast", "x", "whole", to=6), node("Cast", "whole", "truth", to=BOOL))
    )
    assert_unchanged(remove_casts, chosen(node("Cast", "x", "truth", to=BOOL)))


def test_a_whole_number_is_none_either_whatever_made_it():
    small, truth = node("Tanh", "x", "small"), node("Cast", "whole", "truth", to=BOOL)
    assert_unchanged(remove_casts, chosen(small, node("Cast", "small", "whole", to=6), truth))


def test_not_what_is_computed_in_between():
    assert_unchanged(
        remove_casts,
        chosen(
            node("Greater", "x limit", "above"),
            node("Cast", "above", "number", to=FLOAT),
            node("Sub", "number limit", "less"),
            node("Cast", "less", "truth", to=BOOL),
        ),
    )


def test_not_a_cast_to_numbers():
    assert_unchanged(
        remove_casts,
        graph(
            node("Greater", "x z", "above"), node("Cast", "above", "y", to=FLOAT), inputs={"x": MAP, "z": MAP}
        ),
    )


def test_nor_a_cast_from_numbers_to_others_nor_another_operator_on_truth_values():
    above = node("Greater", "x limit", "above")
    twice = node("Cast", "above", "bytes", to=BYTES), node("Cast", "bytes", "y", to=6)
    assert_unchanged(remove_casts, graph(above, *twice, constants={"limit": np.array(0.5, np.float32)}))
    assert_unchanged(remove_casts, chosen(above, node("Not", "above", "below"), node("Cast", "below", "truth", to=BOOL)))


@pytest.mark.parametrize("op", ["Greater", "Less", "Equal", "And", "Or", "Xor"])
def test_of_every_operator_that_makes_truth_values(op):
    kind = BOOL if op in ("And", "Or", "Xor") else 6
    before = graph(node("Cast", "x", "a", to=kind), node("Cast", "z", "b", to=kind), node(op, "a b", "t"),
                   node("Cast", "t", "bytes", to=BYTES), node("Cast", "bytes", "truth", to=BOOL), node("Not", "truth", "y"),
                   inputs={"x": MAP, "z": MAP})
    after = remove_casts(before)
    assert ops(after).count("Cast") == 2
