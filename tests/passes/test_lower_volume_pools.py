import pytest

from job.onnx_model.passes.lower_volume_pools import lower_volume_pools
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops

VOLUME = (2, 4, 5, 6, 7)
FORMS = {
    "both": (node("MaxPool", "x", "y", kernel_shape=(2, 3, 2), strides=(1, 2, 3), pads=(0, 1, 0, 1, 1, 0)), 2),
    "frame by frame": (node("MaxPool", "x", "y", kernel_shape=(1, 3, 2), strides=(1, 2, 3)), 1),
    "along the frames": (
        node("MaxPool", "x", "y", kernel_shape=(3, 1, 1), strides=(2, 1, 1), pads=(1, 0, 0, 1, 0, 0)),
        1,
    ),
    "every second frame": (node("MaxPool", "x", "y", kernel_shape=(1, 1, 1), strides=(2, 1, 1)), 1),
    "mean": (node("AveragePool", "x", "y", kernel_shape=(2, 3, 2)), 2),
    "mean, padding counted": (
        node("AveragePool", "x", "y", kernel_shape=(2, 3, 2), pads=(1, 1, 1, 1, 1, 1), count_include_pad=1),
        2,
    ),
    "mean, padding not counted": (
        node("AveragePool", "x", "y", kernel_shape=(3, 3, 2), strides=(2, 1, 2), pads=(1, 1, 0, 0, 1, 1)),
        2,
    ),
}


@pytest.mark.parametrize("made, pools", FORMS.values(), ids=list(FORMS))
def test_over_frames_and_along_them(made, pools):
    before = graph(made, inputs={"x": VOLUME})
    after = lower_volume_pools(before)
    assert ops(after).count(made.op) == pools
    assert all(len(after.shapes[each.output]) == 4 for each in after.nodes if each.op == made.op)
    assert_same_values(before, after)


def test_not_maps_nor_lines():
    assert_unchanged(lower_volume_pools, graph(node("MaxPool", "x", "y", kernel_shape=(2, 2))))
    assert_unchanged(lower_volume_pools, graph(node("MaxPool", "x", "y", kernel_shape=(2,)), inputs={"x": (2, 6, 9)}))


def test_not_where_the_places_are_read():
    made = node("MaxPool", "x", "best places", kernel_shape=(2, 2, 2))
    assert_unchanged(lower_volume_pools, graph(made, inputs={"x": VOLUME}, outputs="best places"))


def test_not_with_padding_that_is_not_said():
    made = node("MaxPool", "x", "y", kernel_shape=(2, 2, 2), auto_pad="SAME_UPPER")
    assert_unchanged(lower_volume_pools, graph(made, inputs={"x": VOLUME}))
