"""One node of an older opset, and what says the same in the next."""
import numpy as np
import pytest

from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph, View
from job.onnx_model.opsets.registry import UPGRADES
from tests.passes.small_graphs import node, weights


def upgraded(opset, made, shapes, constants={}):
    return UPGRADES[opset][made.op](made, View(Graph((made,), ("x",), ("y",), constants, shapes)))


@pytest.mark.parametrize("left, right, axis, aligned", [
    ((2, 6, 9), (6,), 1, (6, 1)), ((2, 6, 9), (6,), -2, (6, 1)), ((2, 6, 9, 7), (6,), 1, (6, 1, 1)),
    ((2, 6, 9), (2,), 0, (2, 1, 1)), ((2, 6, 9), (9,), 2, None), ((2, 6, 9), (9,), -1, None),
    ((2, 6, 9), (6, 9), 1, None), ((), (), 0, None)], ids=str)
@pytest.mark.parametrize("constant", [True, False])
def test_operands_from_an_axis_on(left, right, axis, aligned, constant):
    """A constant gets its ones itself; before what is computed they are put in."""
    value = weights(*right)
    made = node("Add", "x z", "y", axis=axis, broadcast=1)
    rewrite = upgraded(6, made, {"x": left, "z": right}, {"z": value} if constant else {})
    last = rewrite.nodes[-1]
    assert last.attributes == {} and len(rewrite.nodes) == 1 + (aligned is not None and not constant)
    if aligned is None:
        assert last.inputs == ("x", "z")
    elif constant:
        assert np.array_equal(rewrite.constants[last.inputs[1]], value.reshape(aligned))
    else:
        assert rewrite.nodes[0].attributes == {"axes": tuple(range(len(right), len(aligned)))}
        assert rewrite.shapes[last.inputs[1]] == aligned


def test_an_axis_without_broadcasting_says_nothing():
    rewrite = upgraded(6, node("Add", "x z", "y", axis=0), {"x": (2, 6), "z": (2,)})
    assert [(each.op, each.inputs) for each in rewrite.nodes] == [("Add", ("x", "z"))]


@pytest.mark.parametrize("shape, slope, aligned", [
    ((2, 6, 9, 7), (6,), (6, 1, 1)), ((2, 6, 9), (6,), (6, 1)), ((2, 6), (6,), None), ((2, 6, 9, 7), (1,), None),
    ((2, 6, 9, 7), (), None), ((2, 6, 9, 7), (6, 9, 7), None)], ids=str)
def test_slopes_along_channels(shape, slope, aligned):
    value = np.ones(slope, np.float32)
    rewrite = upgraded(6, node("PRelu", "x s", "y"), {"x": shape}, {"s": value})
    assert (rewrite is None) == (aligned is None)
    assert aligned is None or rewrite.constants[rewrite.nodes[0].inputs[1]].shape == aligned


@pytest.mark.parametrize("made", [node("Add", "x z", "y", axis=1, broadcast=1), node("PRelu", "x z", "y")])
def test_shapes_must_be_known(made):
    with pytest.raises(UnsupportedModel) as refusal:
        upgraded(6, made, {"x": (2, 6, 9)})
    assert made.op in refusal.value.message


@pytest.mark.parametrize("attributes, shape, refused", [
    ({}, (2, 6, 9, 7), False), ({"spatial": 1}, (2, 6, 9, 7), False), ({"spatial": 0}, (2, 6), False),
    ({"spatial": 0}, (2, 6, 9, 7), True), ({"spatial": 0}, (2, 6, 9), True), ({"spatial": 0}, None, True)], ids=str)
def test_a_norm_of_each_element_is_refused_unless_it_is_one_of_channels(attributes, shape, refused):
    made = node("BatchNormalization", "x s b m v", "y", **attributes)
    shapes = {} if shape is None else {"x": shape}
    if refused:
        with pytest.raises(UnsupportedModel):
            upgraded(8, made, shapes)
    else:
        assert "spatial" not in upgraded(8, made, shapes).nodes[0].attributes


@pytest.mark.parametrize("op, name", [("Gemm", "broadcast"), ("LSTM", "output_sequence"), ("GRU", "output_sequence")])
def test_attributes_that_are_there_no_more_go(op, name):
    rewrite = upgraded(6, node(op, "x w b", "y", **{name: 1, "alpha": 0.5}), {"x": (2, 6)})
    assert rewrite.nodes[0].attributes == {"alpha": 0.5}
