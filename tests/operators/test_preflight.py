"""Preflight takes every attribute that a converter reads, and refuses all others by name."""
import numpy as np
import pytest

from job.keras_model.preflight import problems_of
from tests.operators.cases_preflight import ROWS
from tests.passes.small_graphs import MAP, graph, node


@pytest.mark.parametrize("row", ROWS, ids=["{} {}".format(place, row.id) for place, row in enumerate(ROWS)])
def test_one_node(row):
    problems = problems_of(row.graph())
    if row.refused is None:
        assert problems == []
    else:
        (problem,) = problems
        assert row.op in problem and row.refused in problem


@pytest.mark.parametrize("operands", ["t i d", "t d i"])
@pytest.mark.parametrize("shape, refused", [((6, 1, 1), True), ((), True), (MAP, False)], ids=str)
def test_a_choice_between_whole_numbers_does_not_spread_them(shape, refused, operands):
    of = graph(node("Greater", "x c", "t"), node("Cast", "x", "i", to=7), node("Where", operands, "y"),
               constants={"c": np.array(0.25, np.float32), "d": np.ones(shape, np.int64)})
    assert [problem.split(" that")[0] for problem in problems_of(of)] == ["Where of int64"] * refused
