import numpy as np
import pytest

from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph
from job.onnx_model.passes import fold_constants
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, weights, whole


def test_shape_arithmetic_becomes_a_target():
    before = graph(
        node("Shape", "x", "sizes"),
        node("Gather", "sizes first", "batch", axis=0),
        node("Unsqueeze", "batch", "batch1", axes=(0,)),
        node("Concat", "batch1 rest", "target", axis=0),
        node("Reshape", "x target", "y"),
        constants={"first": np.array(0, np.int64), "rest": whole(-1)},
    )
    after = fold_constants(before)
    assert ops(after) == ["Reshape"]
    assert after.constants["target"].tolist() == [2, -1]
    assert_same_values(before, after)


def test_every_output_of_a_folded_operator():
    before = graph(
        node("Split", "c", "a b", axis=0, split=(2, 4)),
        node("Concat", "b a", "d", axis=0),
        node("Mul", "x d", "e"),
        node("Add", "e b0", "y"),
        node("Identity", "a", "unread"),
        constants={"c": weights(6, 1, 1), "b0": weights(7)},
    )
    after = fold_constants(before)
    assert ops(after) == ["Mul", "Add"]
    assert sorted(after.constants) == ["b0", "d"]
    assert_same_values(before, after)


def test_not_what_depends_on_the_input():
    assert_unchanged(
        fold_constants, graph(node("Add", "x c", "a"), node("Mul", "a a", "y"), constants={"c": weights(7)})
    )


def test_not_what_is_drawn_anew_each_time():
    before = graph(node("RandomNormal", "", "noise", shape=(7,)), node("Add", "x noise", "y"))
    assert_unchanged(fold_constants, before)


def test_constants_that_nothing_reads_go():
    before = graph(node("Relu", "x", "y"), constants={"c": weights(3)})
    assert fold_constants(before).constants == {}


@pytest.mark.parametrize("attributes, dtype", [({}, "float32"), ({"k": 1}, "float32"), ({"k": -2, "dtype": 6}, "int32")])
def test_a_pattern_that_only_a_shape_decides(attributes, dtype):
    before = graph(node("Relu", "x", "any"), node("EyeLike", "any", "eye", **attributes),
                   node("Cast", "eye", "numbers", to=1), node("Mul", "x numbers", "y"), inputs={"x": (4, 3)})
    after = fold_constants(before)
    assert ops(after) == ["Mul"]
    assert_same_values(before, after)
    kept = fold_constants(before._replace(outputs=("eye",))).constants["eye"]
    assert np.array_equal(kept, np.eye(4, 3, attributes.get("k", 0))) and kept.dtype == dtype


def test_a_pattern_is_of_the_type_of_what_it_is_made_like():
    before = graph(node("Cast", "x", "whole", to=7), node("EyeLike", "whole", "y"), inputs={"x": (4, 3)})
    assert fold_constants(before).constants["y"].dtype == np.int64


def test_an_input_that_is_left_out_is_no_input():
    cut = node("Slice", "", "part")._replace(inputs=("c", "from", "to", "", "by"))
    before = graph(cut, node("Mul", "x part", "y"),
                   constants={"c": weights(14), "from": whole(0), "to": whole(14), "by": whole(2)})
    after = fold_constants(before)
    assert ops(after) == ["Mul"]
    assert_same_values(before, after)


def test_what_onnx_runtime_cannot_work_out_is_named():
    nodes = node("Exp", "c", "e"), node("MatMul", "e d", "m"), node("Neg", "m", "n"), node("Mul", "x n", "y")
    with pytest.raises(UnsupportedModel) as refusal:
        fold_constants(Graph(nodes, ("x",), ("y",), {"c": weights(3, 4), "d": weights(5, 6)}, {"x": (2, 6, 9, 7)}))
    assert "MatMul of constants at layer of m" in refusal.value.message


def test_what_is_worked_out_and_read_by_nothing_goes():
    before = graph(node("Exp", "c", "e"), node("Relu", "x", "y"), constants={"c": weights(3)})
    after = fold_constants(before)
    assert ops(after) == ["Relu"] and after.constants == {}
