import pytest

from job.onnx_model.passes import lower_computed_convolutions
from tests.passes.small_graphs import MAP, assert_same_values, assert_unchanged, drawn, graph, node, ops

WINDOWS = {
    "plain": {},
    "padded": dict(pads=(1, 2, 0, 1)),
    "strided": dict(strides=(2, 3), pads=(1, 1, 1, 1)),
    "dilated": dict(dilations=(2, 1)),
}


def convolved(weight, bias="", given=(), **attributes):
    """A convolution of x with inputs; what is not among `given` is a constant."""
    shapes = dict(x=MAP, w=weight, b=weight[:1])
    inputs = "x w" + bias
    return graph(node("Conv", inputs, "y", **attributes), inputs={name: shapes[name] for name in given},
                 constants=drawn(**{name: shape for name, shape in shapes.items() if name in inputs and name not in given}))


@pytest.mark.parametrize("window", sorted(WINDOWS))
@pytest.mark.parametrize("weight, group, op", [((4, 6, 3, 2), 1, "MatMul"), ((6, 1, 3, 2), 6, "Sum")])
@pytest.mark.parametrize("given", ["xw", "xwb"])
def test_computed_weights(weight, group, op, given, window):
    before = convolved(weight, " b", given, group=group, **WINDOWS[window])
    after = lower_computed_convolutions(before)
    assert "Conv" not in ops(after) and op in ops(after)
    assert_same_values(before, after)


@pytest.mark.parametrize("weight, group", [((4, 6, 1, 1), 1), ((6, 1, 1, 1), 6)])
def test_of_one_tap(weight, group):
    before = convolved(weight, given="xw", group=group)
    after = lower_computed_convolutions(before)
    assert not {"Conv", "Slice", "Sum"} & set(ops(after))
    assert_same_values(before, after)


def test_a_bias_alone():
    before = convolved((4, 6, 3, 3), " b", "xb", pads=(1, 1, 1, 1))
    after = lower_computed_convolutions(before)
    assert ops(after) == ["Conv", "Reshape", "Add"]
    assert_same_values(before, after)


def test_patches_of_a_constant_are_constants():
    before = convolved((4, 6, 3, 3), given="w", pads=(1, 1, 1, 1))
    after = lower_computed_convolutions(before)
    assert not {"Pad", "Slice", "Concat"} & set(ops(after))
    assert_same_values(before, after)


@pytest.mark.parametrize("of", [
    convolved((4, 6, 3, 3), " b", "x"),
    convolved((4, 3, 3, 3), given="xw", group=2),
    convolved((12, 1, 3, 3), given="xw", group=6),
], ids=["constants", "groups of several channels", "several outputs of a channel"])
def test_stays(of):
    assert_unchanged(lower_computed_convolutions, of)
