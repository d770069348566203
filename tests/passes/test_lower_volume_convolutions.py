import pytest

from job.onnx_model.passes.lower_volume_convolutions import lower_volume_convolutions
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, weights

VOLUME = (2, 4, 5, 6, 7)
FORMS = {
    "plain": (node("Conv", "x k b", "y", kernel_shape=(3, 2, 1)), (6, 4, 3, 2, 1), ["Slice"] * 3 + ["Concat"]),
    "kernel not said": (node("Conv", "x k", "y"), (6, 4, 2, 3, 3), ["Slice"] * 2 + ["Concat"]),
    "padded, strided, dilated": (
        node("Conv", "x k", "y", pads=(2, 1, 0, 1, 1, 0), strides=(2, 1, 2), dilations=(3, 1, 2)),
        (6, 4, 2, 3, 3),
        ["Pad"] + ["Slice"] * 2 + ["Concat"],
    ),
    "frame by frame": (node("Conv", "x k", "y", kernel_shape=(1, 3, 3)), (6, 4, 1, 3, 3), []),
    "every second frame": (node("Conv", "x k", "y", strides=(2, 1, 1)), (6, 4, 1, 1, 1), ["Slice"]),
    "over all frames": (node("Conv", "x k b", "y", kernel_shape=(5, 3, 3)), (6, 4, 5, 3, 3), []),
    "grouped": (node("Conv", "x k b", "y", group=2), (6, 2, 3, 3, 3), ["Slice"] * 3 + ["Concat", "Gather"]),
    "depthwise": (node("Conv", "x k b", "y", group=4), (8, 1, 2, 3, 3), ["Slice"] * 2 + ["Add"]),
    "transposed": (
        node("ConvTranspose", "x k b", "y", kernel_shape=(2, 2, 3)),
        (4, 6, 2, 2, 3),
        ["Pad", "Slice", "Slice", "Concat"],
    ),
    "transposed, strided, grouped": (
        node("ConvTranspose", "x k", "y", group=2, strides=(3, 2, 1), pads=(1, 0, 1, 0, 1, 1), output_padding=(2, 1, 0)),
        (4, 3, 2, 2, 3),
        ["Pad", "Pad", "Slice", "Slice", "Concat", "Gather"],
    ),
    "transposed, cut": (
        node("ConvTranspose", "x k", "y", strides=(2, 1, 1), pads=(3, 0, 0, 2, 0, 0)),
        (4, 6, 2, 2, 3),
        ["Pad", "Pad", "Slice", "Slice", "Concat"],
    ),
}


@pytest.mark.parametrize("made, kernel, between", FORMS.values(), ids=list(FORMS))
def test_on_frames_side_by_side(made, kernel, between):
    outputs = kernel[0] if made.op == "Conv" else 6
    before = graph(made, inputs={"x": VOLUME}, constants={"k": weights(*kernel), "b": weights(outputs)})
    after = lower_volume_convolutions(before)
    plumbing = ("Reshape", "Transpose", made.op)
    assert sorted(op for op in ops(after) if op not in plumbing) == sorted(between)
    assert all(len(after.shapes[each.output]) <= 4 for each in after.nodes if each.op == made.op)
    assert_same_values(before, after)


def test_not_maps():
    assert_unchanged(lower_volume_convolutions, graph(node("Conv", "x k", "y"), constants={"k": weights(4, 6, 3, 3)}))


def test_not_with_a_computed_kernel():
    before = graph(node("Conv", "x k", "y"), inputs={"x": VOLUME, "k": (6, 4, 2, 3, 3)})
    assert_unchanged(lower_volume_convolutions, before)


def test_not_with_padding_that_is_not_said():
    made = node("Conv", "x k", "y", auto_pad="SAME_UPPER", kernel_shape=(2, 3, 3))
    before = graph(made, inputs={"x": VOLUME}, constants={"k": weights(6, 4, 2, 3, 3)})
    assert_unchanged(lower_volume_convolutions, before)


def test_all_of_two_frames_and_one_of_one():
    for frames in (1, 2):
        before = graph(node("Conv", "x k", "y"), inputs={"x": (2, 4, frames, 6, 7)}, constants={"k": weights(6, 4, frames, 3, 3)})
        after = lower_volume_convolutions(before)
        assert not {"Slice", "Concat"} & set(ops(after))
        assert_same_values(before, after)
