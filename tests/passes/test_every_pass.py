"""Every pass, on every small network: the answers stay, the shapes are so, and twice is once."""

import pytest

from job.onnx_model.graph import Graph
from job.onnx_model.passes import PASSES, canonical
from tests.passes.cases import CASES
from tests.passes.small_graphs import assert_equal, assert_same_values, assert_shapes_are_so, ops

by_case = pytest.mark.parametrize("case", CASES, ids=[case.__name__ for case in CASES])
by_pass = pytest.mark.parametrize("apply", PASSES, ids=[apply.__name__ for apply in PASSES])


def as_it_reaches(apply, graph: Graph) -> Graph:
    """After all the passes before this one: it may count on what they do."""
    for earlier in PASSES[: PASSES.index(apply)]:
        graph = earlier(graph)
    return graph


@by_case
@by_pass
def test_keeps_values_and_twice_is_once(apply, case):
    before = as_it_reaches(apply, case())
    after = apply(before)
    assert_same_values(before, after)
    assert_shapes_are_so(after)
    assert_equal(apply(after), after)


@by_case
def test_all_together_keep_values_and_twice_is_once(case):
    before = case()
    after = canonical(before)
    assert_same_values(before, after)
    assert_shapes_are_so(after)
    assert ops(canonical(after)) == ops(after)


@by_pass
def test_fires_on_some_network(apply):
    """Else the tests above would show nothing of it. Hand-made graphs have their shapes already."""
    changed = [
        case.__name__
        for case in CASES
        for graph in [as_it_reaches(apply, case())]
        if apply(graph).nodes != graph.nodes
    ]
    assert changed or apply.__name__ == "infer_shapes"
