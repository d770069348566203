import pytest

from job.onnx_model.passes import global_pool_to_mean
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops


def pooled(op, shape=(2, 6, 9, 7), **attributes):
    return graph(node(op, "x", "y", **attributes), inputs={"x": shape})


@pytest.mark.parametrize(
    "before",
    [
        pooled("GlobalAveragePool"),
        pooled("GlobalAveragePool", (2, 6, 11)),
        pooled("AveragePool", kernel_shape=(9, 7)),
        pooled("AveragePool", kernel_shape=(9, 7), strides=(3, 2), pads=(0, 0, 0, 0)),
    ],
    ids=["global", "global, one axis", "kernel as large as the map", "with strides"],
)
def test_a_mean_over_the_whole_map(before):
    after = global_pool_to_mean(before)
    assert ops(after) == ["ReduceMean"]
    assert after.nodes[0].attributes["axes"] == tuple(range(2, len(before.shapes["x"])))
    assert_same_values(before, after)


@pytest.mark.parametrize(
    "before",
    [
        pooled("AveragePool", kernel_shape=(9, 6)),
        pooled("AveragePool", kernel_shape=(7, 7)),
        pooled("AveragePool", kernel_shape=(9, 7), pads=(1, 1, 1, 1)),
        pooled("GlobalMaxPool"),
        pooled("MaxPool", kernel_shape=(9, 7)),
    ],
    ids=["narrower", "lower", "padded", "a global maximum", "a maximum"],
)
def test_not_for_other_pools(before):
    assert_unchanged(global_pool_to_mean, before)


def test_what_reads_nothing_is_no_pool():
    before = graph(node("RandomNormal", "", "noise", shape=(7,)), node("Add", "x noise", "y"))
    assert_unchanged(global_pool_to_mean, before)
