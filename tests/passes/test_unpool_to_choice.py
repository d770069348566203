import pytest

from job.onnx_model.passes import unpool_to_choice
from tests.passes.small_graphs import MAP, assert_same_values, assert_unchanged, graph, node, ops, whole


def unpooled(shape=MAP, after=None, outputs="y", **pool):
    attributes = dict(dict(kernel_shape=(2, 2), strides=(2, 2), pads=(0, 0, 0, 0)), **pool)
    return graph(
        node("MaxPool", "x", "pooled places", **attributes),
        node("Tanh", "pooled", "small"),
        node("MaxUnpool", "small places size", "y", kernel_shape=attributes["kernel_shape"], strides=attributes["strides"]),
        outputs=outputs,
        inputs={"x": shape},
        constants={"size": whole(*(after or shape))},
    )


@pytest.mark.parametrize("side, shape", [(2, (2, 3, 8, 6)), (2, MAP), (3, MAP), (4, MAP)])
def test_each_number_goes_where_the_largest_was(side, shape):
    before = unpooled(shape, kernel_shape=(side, side), strides=(side, side))
    after = unpool_to_choice(before)
    assert "MaxUnpool" not in ops(after) and {"ArgMax", "Where"} < set(ops(after))
    assert all(len(each.outputs) == 1 for each in after.nodes)
    assert_same_values(before, after)


@pytest.mark.parametrize("other", [
    dict(strides=(1, 1)), dict(kernel_shape=(3, 3)), dict(kernel_shape=(2, 3), strides=(2, 3)),
    dict(pads=(1, 1, 1, 1), after=(2, 6, 10, 8)), dict(after=(2, 6, 10, 7)), dict(storage_order=1), dict(outputs="y places"),
], ids=str)
def test_not_for_others(other):
    if "outputs" in other:
        assert len(unpool_to_choice(unpooled(**other)).nodes[0].outputs) == 2
    else:
        assert_unchanged(unpool_to_choice, unpooled(**other))


def test_indices_that_nothing_reads_are_no_output():
    before = graph(node("MaxPool", "x", "y places", kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 1, 1)))
    after = unpool_to_choice(before)
    assert after.nodes[0].outputs == ("y",)
    assert_same_values(before, after)
