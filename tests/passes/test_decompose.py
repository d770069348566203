"""Every operator that is said with simpler ones says the same in ONNX Runtime, in several forms."""
import numpy as np
import pytest

from job.onnx_model.decompositions import DECOMPOSITIONS
from job.onnx_model.passes import PASSES, decompose
from job.onnx_model.runtime import run_graph
from tests.passes.small_graphs import assert_unchanged, graph, node

SHAPE = (2, 3, 5, 4)
AXES = [{"axes": (1, 3)}, {"axes": (-2,), "keepdims": 0}, {}]
CASES = [
    *[(op, form, "any") for op in ("ReduceL1", "ReduceSumSquare", "ReduceLogSumExp") for form in AXES],
    *[("ReduceLogSum", form, "positive") for form in AXES],
    *[(op, {}, "any") for op in ("GlobalMaxPool", "Softsign", "Sign", "Cosh", "Sinh", "Erf", "Asinh", "Atan")],
    ("GlobalLpPool", {"p": 3}, "any"), ("GlobalLpPool", {}, "any"),
    ("LpPool", {"p": 3, "kernel_shape": (2, 3), "pads": (1, 0, 0, 1)}, "any"),
    ("LpPool", {"kernel_shape": (3, 2), "strides": (2, 1)}, "any"),
    ("ThresholdedRelu", {"alpha": 0.3}, "any"), ("ThresholdedRelu", {}, "any"),
    ("Shrink", {"lambd": 0.7, "bias": 0.2}, "any"), ("Shrink", {}, "any"),
    ("Hardmax", {"axis": 2}, "any"), ("Hardmax", {"axis": -1}, "any"), ("Hardmax", {}, "any"),
    ("Tan", {}, "unit"), ("Asin", {}, "unit"), ("Acos", {}, "unit"), ("Atanh", {}, "inner"), ("Acosh", {}, "from one"),
    ("LpNormalization", {"axis": 1, "p": 1}, "any"), ("LpNormalization", {}, "any"),
    ("MeanVarianceNormalization", {"axes": (0, 1, 2, 3)}, "any"), ("MeanVarianceNormalization", {}, "any"),
    ("IsNaN", {}, "special"), ("IsInf", {}, "special"), ("IsInf", {"detect_negative": 0}, "special"),
    ("IsInf", {"detect_positive": 0}, "special"),
]


def values(kind):
    x = (np.random.RandomState(0).randn(*SHAPE) * 2).astype(np.float32)
    spread = (x - x.min()) / (x.max() - x.min()) * 2 - 1
    special = x.copy()
    special[0, 1, 2], special[1, 0, 3] = (np.nan, np.inf, -np.inf, 0), (np.inf, 1, -np.inf, np.nan)
    return {"any": x, "positive": np.abs(x) + np.float32(0.1), "unit": spread, "inner": spread * np.float32(0.99),
            "from one": np.abs(x) + np.float32(1), "special": special}[kind].astype(np.float32)


@pytest.mark.parametrize("op, attributes, kind", CASES, ids=["{} {}".format(op, form) for op, form, _ in CASES])
def test_the_simpler_ones_say_the_same(op, attributes, kind):
    _assert_same(graph(node(op, "x", "y", **attributes), inputs={"x": SHAPE}), [values(kind)])


def test_of_several_inputs():
    three = {name: SHAPE for name in "abc"}
    arrays = [values("any"), values("unit"), values("positive")]
    _assert_same(graph(node("Mean", "a b c", "y"), inputs=three), arrays)
    _assert_same(graph(node("Mean", "a", "y"), inputs={"a": SHAPE}), arrays[:1])
    statistics = {"scale": np.float32([1, -2, 3]), "bias": np.float32([3, 2, 1])}
    for attributes in ({"epsilon": 0.1}, {}):
        _assert_same(graph(node("InstanceNormalization", "x scale bias", "y", **attributes), inputs={"x": SHAPE},
                           constants=statistics), arrays[:1])


@pytest.mark.parametrize("height, means", [(10, 2), (11, 4)])
def test_a_norm_of_many_numbers_takes_their_means_axis_by_axis(height, means):
    before = graph(node("InstanceNormalization", "x scale bias", "y"), inputs={"x": (1, 2, height, 50)},
                   constants={"scale": np.float32([1, -2]), "bias": np.float32([3, 2])})
    x = np.random.RandomState(0).randn(1, 2, height, 50).astype(np.float32)
    assert [each.op for each in decompose(before).nodes].count("ReduceMean") == means
    _assert_same(before, [x])


def test_truth_values():
    before = graph(node("Greater", "a zero", "left"), node("Greater", "b zero", "right"), node("Xor", "left right", "y"),
                   inputs={"a": SHAPE, "b": SHAPE}, constants={"zero": np.zeros((), np.float32)})
    _assert_same(before, [values("any"), values("any")[::-1].copy()])


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_one_hot(axis, dtype):
    ends = {"depth": np.array(4), "values": np.array([-2, 3], dtype)}
    before = graph(node("ArgMax", "x", "places", axis=2, keepdims=0), node("OneHot", "places depth values", "y", axis=axis),
                   inputs={"x": (2, 3, 4)}, constants=ends)
    _assert_same(before, [values("any").reshape(-1)[:24].reshape(2, 3, 4)])


def test_a_depth_that_is_computed_stays():
    before = graph(node("OneHot", "places depth values", "y"), constants={"values": np.float32([0, 1])},
                   inputs={"places": (3,), "depth": (1,)})
    assert_unchanged(decompose, before)


@pytest.mark.parametrize("form, size", [({"axis": 1}, 3), ({"axis": -1}, 3), ({}, 9)])
def test_compress(form, size):
    before = graph(node("Compress", "x chosen", "y", **form), inputs={"x": SHAPE},
                   constants={"chosen": np.arange(size) % 3 != 1})
    _assert_same(before, [values("any")])


def test_every_decomposition_is_tried():
    assert {op for op, _, _ in CASES} | {"Mean", "InstanceNormalization", "Xor", "OneHot", "Compress"} == set(DECOMPOSITIONS)
    assert decompose in PASSES


def _assert_same(before, arrays):
    after = decompose(before)
    assert not {each.op for each in after.nodes} & set(DECOMPOSITIONS)
    (expected,), (found,) = run_graph(before, arrays), run_graph(after, arrays)
    assert expected.dtype == found.dtype and expected.shape == found.shape
    if expected.dtype == bool:
        assert expected.any() and not expected.all()
        assert np.array_equal(expected, found)
        return
    exact = expected.astype(np.float64)
    assert np.abs(exact - found).max() <= 1e-6 * max(exact.max() - exact.min(), 1e-3)


def test_not_without_a_shape_nor_with_more_outputs_than_one():
    known = graph(node("MeanVarianceNormalization", "x", "y"), inputs={"x": SHAPE})
    assert_unchanged(decompose, known._replace(shapes={}))
    assert_unchanged(decompose, known._replace(nodes=(known.nodes[0]._replace(outputs=("y", "z")),)))
