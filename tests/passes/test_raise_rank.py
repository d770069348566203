import pytest

from job.onnx_model.passes import raise_rank
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, weights

LINE = (2, 6, 19)
FORMS = {
    "Conv": (
        node("Conv", "x k b", "y", kernel_shape=(3,), strides=(2,), dilations=(2,), pads=(1, 2)),
        weights(4, 6, 3),
    ),
    "Conv, grouped, kernel not said": (node("Conv", "x k", "y", group=2), weights(4, 3, 3)),
    "ConvTranspose": (
        node(
            "ConvTranspose", "x k b", "y", kernel_shape=(3,), strides=(2,), pads=(1, 0), output_padding=(1,)
        ),
        weights(6, 4, 3),
    ),
    "MaxPool": (node("MaxPool", "x", "y", kernel_shape=(3,), strides=(2,), pads=(1, 0)), None),
    "AveragePool": (
        node("AveragePool", "x", "y", kernel_shape=(3,), strides=(2,), pads=(1, 1), count_include_pad=1),
        None,
    ),
}


@pytest.mark.parametrize("made, kernel", FORMS.values(), ids=list(FORMS))
def test_on_maps_of_height_one(made, kernel):
    constants = {} if kernel is None else {"k": kernel, "b": weights(4)}
    before = graph(made, inputs={"x": LINE}, constants=constants)
    after = raise_rank(before)
    assert ops(after) == ["Reshape", made.op, "Reshape"]
    assert len(after.shapes[after.nodes[1].output]) == 4
    assert_same_values(before, after)


def test_not_maps_nor_volumes():
    assert_unchanged(raise_rank, graph(node("MaxPool", "x", "y", kernel_shape=(2, 2))))
    assert_unchanged(
        raise_rank, graph(node("MaxPool", "x", "y", kernel_shape=(2, 2, 2)), inputs={"x": (2, 3, 4, 5, 6)})
    )


def test_not_with_a_computed_kernel():
    assert_unchanged(
        raise_rank, graph(node("Conv", "x k", "y", kernel_shape=(3,)), inputs={"x": LINE, "k": (4, 6, 3)})
    )


def test_not_a_pool_whose_places_are_read():
    before = graph(
        node("MaxPool", "x", "best places", kernel_shape=(3,)), inputs={"x": LINE}, outputs="best places"
    )
    assert_unchanged(raise_rank, before)
