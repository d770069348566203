"""Preflight takes every attribute that a converter reads, and refuses all others by name."""
import pytest

from job.keras_model.preflight import problems_of
from tests.operators.cases_preflight import ROWS


@pytest.mark.parametrize("row", ROWS, ids=["{} {}".format(place, row.id) for place, row in enumerate(ROWS)])
def test_one_node(row):
    problems = problems_of(row.graph())
    if row.refused is None:
        assert problems == []
    else:
        (problem,) = problems
        assert row.op in problem and row.refused in problem
