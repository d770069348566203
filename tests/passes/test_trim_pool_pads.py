import pytest

from job.onnx_model.passes import trim_pool_pads
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node


def pool(op, pads, kernel=(3, 3), strides=(2, 2), shape=(2, 6, 9, 7), **attributes):
    return graph(
        node(op, "x", "y", kernel_shape=kernel, strides=strides, pads=pads, **attributes), inputs={"x": shape}
    )


@pytest.mark.parametrize(
    "before, pads",
    [
        (pool("MaxPool", (0, 0, 1, 1)), (0, 0, 0, 0)),
        (pool("AveragePool", (0, 0, 1, 1)), (0, 0, 0, 0)),
        (pool("MaxPool", (1, 0, 2, 1)), (1, 0, 1, 0)),
        (pool("MaxPool", (0, 0, 2, 1), shape=(2, 6, 8, 7)), (0, 0, 1, 0)),
        (pool("MaxPool", (0, 1), kernel=(3,), strides=(2,), shape=(2, 6, 19)), (0, 0)),
    ],
    ids=["maximum", "average", "begin stays", "half of it", "one axis"],
)
def test_end_pads_that_no_window_reaches_go(before, pads):
    after = trim_pool_pads(before)
    assert after.nodes[0].attributes["pads"] == pads
    assert_same_values(before, after)


@pytest.mark.parametrize(
    "before",
    [
        pool("MaxPool", (1, 1, 1, 1)),
        pool("MaxPool", (0, 0, 0, 0)),
        pool("MaxPool", (1, 1, 1, 1), strides=(1, 1)),
        pool("MaxPool", (0, 0, 2, 2)),
        pool("AveragePool", (0, 0, 1, 1), count_include_pad=1),
        pool("MaxPool", (0, 0, 1, 0), shape=(2, 6, 8, 7), dilations=(2, 1)),
        pool("MaxPool", (0, 0, 0, 0), shape=(2, 6, 10, 7)),
    ],
    ids=["around", "none", "at every pixel", "reached", "padding that counts", "reached by dilation", "some pixels unread"],
)
def test_others_stay(before):
    assert_unchanged(trim_pool_pads, before)
