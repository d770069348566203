import numpy as np
import pytest

from job.onnx_model.graph import View
from job.onnx_model.passes import indices_as_fractions, infer_shapes, remove_casts
from job.onnx_model.runtime import run_graph
from job.onnx_model.whole_numbers import bounds_of
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, weights, whole

INT64 = 7  # ONNX's number
TABLE = dict(table=weights(100, 4), offsets=whole(0, 30, 60))
IDS = np.array([[29, 29, 39], [0, 3, 7]], np.int64)


def of_ids(*nodes, **constants):
    """A graph whose input is whole numbers."""
    made = graph(*nodes, inputs={"ids": (2, 3)}, constants=dict(TABLE, **constants))
    return infer_shapes(made._replace(dtypes={"ids": "int64"}, shapes={"ids": (2, 3)}))


def of_places(*nodes, **constants):
    """The places of the three largest of 54, and what is made of them."""
    return graph(node("TopK", "x k", "values places", axis=1), *nodes, node("Cast", "whole", "y", to=1),
                 inputs={"x": (2, 54)}, constants=dict(k=whole(3), width=whole(9), one=whole(1), two=whole(2), **constants))


@pytest.mark.parametrize("op, operands", [("Add", "ids offsets"), ("Add", "offsets ids"), ("Sub", "offsets ids")])
def test_indices_of_a_table(op, operands):
    before = of_ids(node(op, operands, "index"), node("Reshape", "index size", "row"), node("Gather", "table row", "y", axis=0),
                    size=whole(6))
    after = indices_as_fractions(before)
    view = View(after)
    assert {view.dtype(name) for each in after.nodes if each.op == op for name in each.inputs} == {"float32"}
    given = IDS if op == "Add" else np.array([[0, 30, 59], [0, 2, 60]], np.int64)
    assert [np.array_equal(*pair) for pair in zip(run_graph(before, [given]), run_graph(after, [given]))] == [True]


@pytest.mark.parametrize("nodes", [
    (node("Add", "ids offsets", "y"),),
    (node("Add", "ids offsets", "index"), node("Gather", "table index", "row", axis=0), node("Cast", "index", "y", to=1)),
    (node("Add", "ids ids", "index"), node("Gather", "table index", "y", axis=0)),
    (node("Mul", "ids offsets", "index"), node("Gather", "table index", "y", axis=0)),
    (node("Div", "ids three", "index"), node("Gather", "table index", "y", axis=0)),
    (node("Add", "ids far", "index"), node("Gather", "table index", "y", axis=0)),
], ids=["an output", "seen otherwise too", "two that nothing is known of", "a product", "a quotient", "a large number"])
def test_numbers_of_any_size_stay(nodes):
    assert_unchanged(indices_as_fractions, of_ids(*nodes, three=whole(3), far=whole(1 << 23)))


@pytest.mark.parametrize("limits, expected", [
    (dict(min=1.0, max=9.0), [[1, 7, 9], [9, 1, 3]]), (dict(min=-2.5, max=1.5), [[-2, 1, 1], [1, 0, 1]])])
def test_limits_of_numbers_of_any_size(limits, expected):
    before = of_ids(node("Clip", "ids", "y", **limits))
    after = indices_as_fractions(before)
    assert ops(after) == ["Cast", "Clip", "Cast"]
    for each in (before, after):
        answer, = run_graph(each, [np.array([[-1 << 40, 7, 1 << 25], [(1 << 40) + 1, 0, 3]], np.int64)])
        assert answer.dtype == np.int64 and answer.tolist() == expected


@pytest.mark.parametrize("limits, expected", [
    (dict(), (0, 7)), (dict(min=2.0), (2, 7)), (dict(max=5.0), (0, 5)), (dict(max=-3.0), (-3, -3)), (dict(min=9.0), (9, 9)),
    (dict(min=2.0, max=4.0), (2, 4))])
def test_bounds_of_what_is_limited(limits, expected):
    """Also where the limits lie beside all that there is."""
    before = graph(node("ArgMax", "x", "place", axis=1, keepdims=0), node("Clip", "place", "y", **limits), inputs={"x": (2, 8)})
    assert bounds_of("y", View(before)) == expected


@pytest.mark.parametrize("nodes, bounds", [
    ((node("Neg", "places", "whole"),), (-53, 0)),
    ((node("Sub", "places width", "less"), node("Abs", "less", "whole")), (0, 44)),
    ((node("Sub", "places width", "less"), node("Neg", "less", "more"), node("Add", "more one", "whole")), (-43, 10)),
    ((node("Sub", "one places", "less"), node("Abs", "less", "whole")), (0, 52)),
    ((node("Max", "places width", "whole"),), (9, 53)), ((node("Min", "places far farther", "whole"),), (0, 40)),
    ((node("Equal", "places width", "same"), node("Where", "same one places", "whole")), (0, 53)),
], ids=["negated", "size", "negated and moved", "size of what is below", "greater", "least of three", "choice that broadcasts"])
def test_what_is_made_of_small_numbers(nodes, bounds):
    before = of_places(*nodes, far=whole(40), farther=whole(50))
    after = indices_as_fractions(before)
    assert bounds_of("whole", View(before)) == bounds
    assert_same_values(before, after)
    view = View(after)
    assert {view.dtype(each.inputs[-1]) for each in after.nodes if each.op not in ("TopK", "Equal", "Neg", "Cast")} == (
        set() if len(nodes) == 1 and nodes[0].op == "Neg" else {"float32"})


def test_a_choice_between_what_is_of_one_shape_stays():
    before = of_places(node("Less", "places width", "first"), node("Neg", "places", "other"),
                       node("Where", "first places other", "whole"))
    view = View(indices_as_fractions(before))
    assert view.dtype(view.maker("whole").inputs[1]) == "int64"


@pytest.mark.parametrize("limits", [dict(min=1.0), dict(max=9.0), dict(min=0.0, max=2.0 ** 24)])
def test_limits_that_leave_numbers_of_any_size_stay(limits):
    assert_unchanged(indices_as_fractions, of_ids(node("Clip", "ids", "y", **limits)))


def test_one_limit_of_what_is_known_to_be_small():
    before = graph(node("Greater", "x zero", "above"), node("Cast", "above", "ones", to=INT64),
                   node("ReduceSum", "ones", "count", axes=(3,)), node("Clip", "count", "whole", min=2.0),
                   node("Cast", "whole", "y", to=1), constants={"zero": np.array(0, np.float32)})
    assert ops(indices_as_fractions(before)) == ["Greater", "Cast", "ReduceSum", "Cast", "Clip", "Cast", "Cast"]


@pytest.mark.parametrize("nodes", [
    (node("Div", "places width", "whole"),),
    (node("Div", "places width", "row"), node("Mul", "row width", "start"), node("Sub", "places start", "whole")),
    (node("Div", "places width", "row"), node("Mul", "row width", "start"), node("Sub", "places start", "column"),
     node("Add", "column one", "next"), node("Div", "next two", "whole")),
    (node("Cast", "places", "as", to=INT64), node("Mul", "as as", "whole")),
], ids=["quotient", "remainder", "quotient of a remainder", "square"])
def test_places_that_are_known_to_be_small(nodes):
    before = of_places(*nodes)
    after = remove_casts(indices_as_fractions(before))
    assert_same_values(before, after)
    view = View(after)
    assert {view.dtype(each.inputs[0]) for each in after.nodes if each.op in ("Add", "Sub", "Mul", "Div")} == {"float32"}
    assert sum(each.op == "Cast" and view.dtype(each.output) == "float32" for each in after.nodes) <= 3


@pytest.mark.parametrize("nodes", [
    (node("Sub", "places width", "below"), node("Div", "below width", "whole")),
    (node("Mul", "places large", "far"), node("Mul", "far large", "whole")),
    (node("Mul", "places large", "far"), node("Div", "far width", "whole")),
], ids=["a quotient of numbers below zero", "a product beyond what is exact", "a quotient beyond it"])
def test_what_would_not_be_exact_stays(nodes):
    after = indices_as_fractions(of_places(*nodes, large=whole(1 << 17)))
    assert nodes[-1].op in [each.op for each in after.nodes if View(after).dtype(each.output) == "int64"]


def test_every_quotient_is_exact():
    for divisor in (1, 3, 7, 640, 4099):
        before = graph(node("ArgMax", "x", "place", axis=1), node("Div", "place by", "whole"), node("Cast", "whole", "y", to=1),
                       inputs={"x": (1, 1 << 12)}, constants=dict(by=whole(divisor)))
        after = indices_as_fractions(before)
        for place in (0, divisor - 1, divisor, 2 * divisor - 1, 4095):
            asked = [(np.arange(1 << 12) == place).astype(np.float32)[None]]
            assert np.array_equal(run_graph(after, asked)[0], run_graph(before, asked)[0])
    assert "Floor" in ops(after)


TRIANGLE = np.triu(np.ones((54, 54), np.int64))


@pytest.mark.parametrize("kind", [INT64, 6], ids=["int64", "int32"])
@pytest.mark.parametrize("matrix", [TRIANGLE, 1 - 2 * TRIANGLE], ids=["a sum so far", "a difference"])
def test_a_product_with_a_matrix_of_what_is_true(kind, matrix):
    dtype = "int64" if kind == INT64 else "int32"
    before = graph(node("Greater", "x zero", "above"), node("Cast", "above", "one", to=kind),
                   node("MatMul", "one matrix", "whole"), node("Cast", "whole", "y", to=1), inputs={"x": (2, 54)},
                   constants=dict(zero=np.zeros(1, np.float32), matrix=matrix.astype(dtype)))
    after = remove_casts(indices_as_fractions(before))
    assert_same_values(before, after)
    view = View(after)
    assert {view.dtype(each.inputs[0]) for each in after.nodes if each.op == "MatMul"} == {"float32"}


@pytest.mark.parametrize("rows, factor", [("ids", 1), ("places", 1 << 22)], ids=["any numbers", "a large matrix"])
def test_a_product_that_may_not_be_exact_stays(rows, factor):
    matrix = np.full((3 if rows == "ids" else 1, 2), factor)
    nodes = (node("Cast", "ids", "x", to=1), node("ArgMax", "x", "places", axis=1), node("MatMul", rows + " matrix", "y"))
    assert_unchanged(indices_as_fractions, of_ids(*nodes, matrix=matrix))
