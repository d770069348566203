import pytest

from job.onnx_model.passes import cut_into_window
from tests.passes.small_graphs import assert_same_values, assert_unchanged, drawn, graph, node, ops, whole

FIRST = ((1, 1), (99, 99))  # all but the first row and column


def cut(*layers, picks=FIRST, axes=(2, 3), outputs="y", last="made"):
    starts, ends = picks
    return graph(
        *layers,
        node("Slice", last + " starts ends axes", "y"),
        outputs=outputs,
        constants=dict(drawn(k=(5, 6, 3, 3), d=(6, 1, 5, 5), p=(4, 6, 1, 1)),
                       starts=whole(*starts), ends=whole(*ends), axes=whole(*axes)),
    )


def conv(of="x", out="made", pads=(2, 2, 1, 1), **attributes):
    return node("Conv", of + " k", out, **dict(dict(kernel_shape=(3, 3), pads=pads), **attributes))


def pool(op, of="x", out="made", **attributes):
    return node(op, of, out, **dict(dict(kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 1, 1)), **attributes))


PAD = node("Pad", "x", "padded", mode="constant", pads=(0, 0, 1, 1, 0, 0, 0, 0))


@pytest.mark.parametrize("before, left", [
    (cut(conv()), ["Conv"]), (cut(conv(strides=(2, 2), pads=(3, 2, 0, 1))), ["Conv"]),
    (cut(conv(), picks=((0, 1), (-1, -1))), ["Conv"]), (cut(conv(dilations=(2, 1)), picks=((2,), (9,)), axes=(2,)), ["Conv"]),
    (cut(PAD, pool("MaxPool", "padded")), ["MaxPool"]), (cut(PAD, pool("AveragePool", "padded")), ["AveragePool"]),
    (cut(pool("AveragePool", count_include_pad=1, strides=(1, 1))), ["AveragePool"]),
    (cut(node("Pad", "x", "padded", mode="constant", value=2.0, pads=(0, 0, 3, 3, 0, 0, 2, 2)), pool("MaxPool", "padded")),
     ["Pad", "MaxPool"]),
    (cut(node("Conv", "x d", "deep", kernel_shape=(5, 5), strides=(2, 2), pads=(3, 3, 2, 2), group=6),
         node("Conv", "deep p", "made", kernel_shape=(1, 1))), ["Conv", "Conv"]),
], ids=range(9))
def test_the_windows_begin_later_or_end_earlier(before, left):
    after = cut_into_window(before)
    assert ops(after) == left
    assert_same_values(before, after)
    assert not [each for each in after.nodes if each.output != "y" and after.shapes[each.output] is None]


@pytest.mark.parametrize("before", [
    cut(conv(pads=(0, 0, 0, 0))), cut(conv(), outputs="y made"), cut(conv(), picks=((1,), (3,)), axes=(1,)),
    cut(pool("MaxPool", strides=(3, 3))), cut(node("Relu", "x", "made")),
    cut(node("Pad", "x", "padded", mode="reflect", pads=(0, 0, 1, 1, 0, 0, 0, 0)), pool("MaxPool", "padded")),
    cut(conv(pads=(0, 0, 0, 0), strides=(2, 2)), picks=((0, 0), (-1, -1))),
], ids=range(7))
def test_not_for_others(before):
    assert_unchanged(cut_into_window, before)
