import numpy as np
import pytest

from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph
from job.onnx_model.passes import infer_shapes
from tests.passes.small_graphs import MAP, assert_equal, assert_shapes_are_so, graph, node, weights

NODES = (
    node("Conv", "x k", "conv", kernel_shape=(3, 3)),
    node("Gather", "conv rows", "picked", axis=2),
    node("AveragePool", "picked", "pooled", kernel_shape=(2, 2)),
    node("Greater", "pooled limit", "above"),
    node("ArgMax", "pooled", "best", axis=1, keepdims=0),
    node("Reshape", "pooled target", "flat"),
)
CONSTANTS = {
    "k": weights(5, 6, 3, 3),
    "rows": np.array([0, 2, 2, 6], np.int64),
    "limit": np.array(0, np.float32),
    "target": np.array([0, -1], np.int64),
}


def bare(shapes):
    return Graph(NODES, ("x",), ("above", "best", "flat"), CONSTANTS, shapes, {"x": "float32"})


def test_shapes_and_types_of_all_tensors_also_where_onnx_infers_none():
    after = infer_shapes(bare({"x": MAP}))
    assert after.shapes["picked"] == (2, 5, 4, 5)
    assert after.shapes["flat"] == (2, 5 * 3 * 4)
    assert (after.dtypes["above"], after.dtypes["best"]) == ("bool", "int64")
    assert_shapes_are_so(after)


def test_a_slice_of_an_inner_axis():
    """onnx 1.5 cuts the first one where the axes are no declared input."""
    bounds = {name: np.array([value], np.int64) for name, value in (("from", 1), ("to", 4), ("axis", 2))}
    after = graph(node("Slice", "x from to axis", "cut"), node("Relu", "cut", "y"), constants=bounds)
    assert after.shapes["cut"] == MAP[:2] + (3,) + MAP[3:]
    assert_shapes_are_so(after)


def test_what_is_known_stays():
    known = infer_shapes(bare({"x": MAP}))
    assert_equal(infer_shapes(known), known)


def test_large_constants_are_not_needed():
    """Weights are left out of what is inferred, and still shape what they make."""
    after = infer_shapes(
        Graph(
            (node("MatMul", "x w", "y"),),
            ("x",),
            ("y",),
            {"w": weights(7, 300)},
            {"x": (2, 7)},
            {"x": "float32"},
        )
    )
    assert after.shapes["y"] == (2, 300)
    assert_equal(
        after, graph(node("MatMul", "x w", "y"), inputs={"x": (2, 7)}, constants={"w": weights(7, 300)})
    )


def test_what_onnx_contradicts_is_named():
    """PyTorch 1.1 gives one column where no window fits; a later node says so."""
    nodes = (node("Relu", "x", "active"), node("MaxPool", "active", "pooled", kernel_shape=(1, 8)), node("Abs", "pooled", "y"))
    known = Graph(nodes, ("x",), ("y",), {}, {"x": MAP, "active": MAP, "y": MAP[:3] + (1,)}, {"x": "float32"})
    with pytest.raises(UnsupportedModel, match="does not allow: MaxPool at layer of pooled: Inferred shape"):
        infer_shapes(known)


def test_a_contradiction_further_on_is_named_by_its_own_node():
    nodes = (node("Relu", "x", "a"), node("MaxPool", "a", "p", kernel_shape=(2, 2)), node("MatMul", "p w", "m"),
             node("Abs", "m", "y"))
    with pytest.raises(UnsupportedModel) as refusal:
        infer_shapes(Graph(nodes, ("x",), ("y",), {"w": weights(5, 4)}, {"x": MAP}, {"x": "float32"}))
    assert "MatMul at layer of m" in refusal.value.message
