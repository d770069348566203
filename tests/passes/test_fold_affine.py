import numpy as np
import pytest

from job.onnx_model.passes import fold_affine
from job.onnx_model.passes.fold_affine import per_channel
from tests.passes.small_graphs import MAP, assert_same_values, assert_unchanged, graph, node, ops, weights

KERNEL, BIAS = weights(5, 6, 3, 2), weights(5)


def after_convolution(op, inputs, value, bias=True, outputs="y"):
    layer = node("Conv", "x k b" if bias else "x k", "conv", kernel_shape=(3, 2))
    constants = {"k": KERNEL, "c": value, "b": BIAS} if bias else {"k": KERNEL, "c": value}
    return graph(layer, node(op, inputs, "y"), outputs=outputs, constants=constants)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    "value",
    [np.array(1.7, np.float32), weights(1), weights(5, 1, 1), weights(1, 5, 1, 1), weights(1, 1, 1, 1)],
    ids=lambda v: str(v.shape),
)
@pytest.mark.parametrize(
    "op, inputs",
    [("Mul", "conv c"), ("Mul", "c conv"), ("Add", "conv c"), ("Add", "c conv"), ("Sub", "conv c")],
)
def test_a_number_for_each_channel_or_for_all(op, inputs, value, bias):
    before = after_convolution(op, inputs, value, bias)
    after = fold_affine(before)
    assert ops(after) == ["Conv"]
    assert_same_values(before, after)


@pytest.mark.parametrize(
    "value",
    [weights(6), weights(8 - 1, 1), weights(2, 1, 1, 1), weights(5, 7, 6), weights(1, 1, 5, 1, 1)],
    ids=lambda v: str(v.shape),
)
def test_not_a_number_for_each_column_row_picture_or_element(value):
    assert_unchanged(fold_affine, after_convolution("Mul", "conv c", value))


def test_not_where_as_many_columns_as_channels_could_be_mistaken():
    """[C] is a number for each column of the map, also where the map is as wide as it is deep."""
    before = graph(
        node("Conv", "x k", "conv", kernel_shape=(1, 1)),
        node("Mul", "conv c", "y"),
        constants={"k": weights(7, 6, 1, 1), "c": weights(7)},
    )
    assert_unchanged(fold_affine, before)


def test_not_where_the_constant_makes_it_larger():
    one = graph(
        node("Conv", "x k", "conv", kernel_shape=(1, 1)),
        node("Mul", "conv c", "y"),
        constants={"k": weights(1, 6, 1, 1), "c": weights(5, 1, 1)},
    )
    assert one.shapes["y"] == (2, 5, 9, 7)
    assert_unchanged(fold_affine, one)


def test_not_a_constant_less_the_layer():
    assert_unchanged(fold_affine, after_convolution("Sub", "c conv", weights(5, 1, 1)))


def test_not_where_others_read_the_layer():
    assert_unchanged(fold_affine, after_convolution("Mul", "conv c", weights(5, 1, 1), outputs="y conv"))
    assert_unchanged(
        fold_affine,
        graph(
            node("Conv", "x k", "conv", kernel_shape=(3, 2)),
            node("Mul", "conv c", "y"),
            node("Relu", "conv", "z"),
            outputs="y z",
            constants={"k": KERNEL, "c": weights(5, 1, 1)},
        ),
    )


def test_not_with_what_is_computed():
    assert_unchanged(
        fold_affine,
        graph(
            node("Conv", "x k", "conv", kernel_shape=(3, 2)),
            node("Mul", "conv z", "y"),
            constants={"k": KERNEL},
            inputs={"x": MAP, "z": (5, 1, 1)},
        ),
    )
    assert_unchanged(
        fold_affine,
        graph(
            node("Conv", "x k", "conv", kernel_shape=(3, 2)),
            node("Mul", "conv c", "y"),
            constants={"c": weights(5, 1, 1)},
            inputs={"x": MAP, "k": KERNEL.shape},
        ),
    )


def test_into_grouped_and_depthwise_kernels():
    before = graph(
        node("Conv", "x k", "conv", kernel_shape=(3, 3), group=3),
        node("Mul", "conv c", "y"),
        constants={"k": weights(9, 2, 3, 3), "c": weights(9, 1, 1)},
    )
    after = fold_affine(before)
    assert ops(after) == ["Conv"]
    assert_same_values(before, after)


def test_into_a_transposed_kernel_unless_it_is_grouped():
    def up(kernel, channels, **attributes):
        return graph(
            node("ConvTranspose", "x k", "up", kernel_shape=(2, 3), **attributes),
            node("Mul", "up c", "y"),
            constants={"k": kernel, "c": weights(channels, 1, 1)},
        )

    before = up(weights(6, 4, 2, 3), 4)
    after = fold_affine(before)
    assert ops(after) == ["ConvTranspose"]
    assert_same_values(before, after)
    assert_unchanged(fold_affine, up(weights(6, 4, 2, 3), 8, group=2))


def test_into_a_canonical_gemm_only():
    def gemm(weight, value, **attributes):
        return graph(
            node("Gemm", "x w b", "gemm", **attributes),
            node("Add", "gemm c", "y"),
            inputs={"x": (3, 6)},
            constants={"w": weight, "b": weights(4), "c": value},
        )

    for value in (weights(4), weights(1, 4), np.array(0.5, np.float32)):
        before = gemm(weights(4, 6), value, transB=1)
        after = fold_affine(before)
        assert ops(after) == ["Gemm"]
        assert_same_values(before, after)
    assert_unchanged(fold_affine, gemm(weights(6, 4), weights(4)))
    assert_unchanged(fold_affine, gemm(weights(4, 6), weights(3, 1), transB=1))


def test_weights_that_two_layers_share_stay_for_the_other():
    before = graph(
        node("Conv", "x k b", "one", kernel_shape=(3, 2)),
        node("Conv", "x k b", "other", kernel_shape=(3, 2), strides=(2, 2)),
        node("Mul", "one c", "y"),
        outputs="y other",
        constants={"k": KERNEL, "b": BIAS, "c": weights(5, 1, 1)},
    )
    after = fold_affine(before)
    assert ops(after) == ["Conv", "Conv"]
    assert_same_values(before, after)


def test_what_is_subtracted_from_a_gemm():
    before = graph(node("Gemm", "x w b", "gemm", transB=1), node("Sub", "gemm c", "y"), inputs={"x": (3, 6)},
                   constants={"w": weights(4, 6), "b": weights(4), "c": weights(4)})
    assert ops(fold_affine(before)) == ["Gemm"]
    assert_same_values(before, fold_affine(before))


def test_not_whole_numbers():
    before = after_convolution("Mul", "conv c", np.ones((5, 1, 1), np.int64))
    assert_unchanged(fold_affine, before._replace(shapes=dict(before.shapes, y=before.shapes["conv"])))


def test_a_constant_of_more_axes_than_the_layer_is_no_number_a_channel():
    assert per_channel(weights(1, 1, 5, 1, 1), 4, 5) is None and per_channel(weights(1, 5, 1, 1, 1), 4, 5) is None


def test_a_bias_is_rounded_once():
    """However many numbers are folded into one."""
    small = np.float32([1, 3, 7, 9, 11]) * np.float32(2 ** -24)
    before = after_convolution("Add", "conv c", small.reshape(5, 1, 1))
    bias = fold_affine(before).constants["y.bias"]
    assert np.array_equal(bias, (BIAS.astype(np.float64) + small).astype(np.float32))


def test_a_bias_that_is_left_out():
    before = after_convolution("Add", "conv c", weights(5, 1, 1), bias=False)
    named = before._replace(nodes=(before.nodes[0]._replace(inputs=("x", "k", "")),) + before.nodes[1:])
    after = fold_affine(named)
    assert ops(after) == ["Conv"]
    assert_same_values(before, after)
