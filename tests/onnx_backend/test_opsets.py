"""Every operator that ONNX changed between opset 6 and 10 is upgraded, or said here to need nothing."""
import numpy as np
import pytest
from onnx import defs, helper

from job.errors import UnsupportedModel
from job.onnx_model.opsets.registry import UPGRADES
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import run_graph
from tests.onnx_backend.small_models import model

_WIDER = "more types are allowed, and none means anything else"
_ABSENT = "the new attribute's default is what was before"
# From which opset, and why the old form is a form of the new.
STAYS = {
    (6, "AveragePool"): _ABSENT,                 # count_include_pad
    (7, "Max"): "equal shapes are a broadcast", (7, "Min"): "equal shapes are a broadcast",
    (7, "Mean"): "equal shapes are a broadcast", (7, "Sum"): "equal shapes are a broadcast",
    (7, "MaxPool"): _ABSENT,                     # storage_order
    (8, "Cast"): _WIDER, (8, "Constant"): _WIDER, (8, "Flatten"): _WIDER, (8, "Gemm"): _WIDER, (8, "Greater"): _WIDER,
    (8, "Less"): _WIDER, (8, "MatMul"): _WIDER, (8, "PRelu"): _WIDER,
    (8, "Scan"): "refused in any form: it holds a graph",
    (9, "AveragePool"): _ABSENT, (9, "MaxPool"): _ABSENT,  # ceil_mode, dilations
    (9, "Dropout"): _WIDER,
}


def _versions(op):
    return sorted(schema.since_version for schema in defs.get_all_schemas_with_history()
                  if schema.name == op and not schema.domain)


def _changes():
    ops = {schema.name for schema in defs.get_all_schemas_with_history() if not schema.domain}
    return {(step, op) for op in ops for step in range(6, 10)
            if step + 1 in _versions(op) and _versions(op)[0] <= step}


def test_every_change_is_known():
    upgraded = {(step, op) for step, rules in UPGRADES.items() for op in rules}
    assert len(_changes()) > 30
    assert upgraded | set(STAYS) == _changes() and not upgraded & set(STAYS)


A, B = np.random.RandomState(0).randn(2, 3, 4, 5).astype(np.float32), np.random.RandomState(1).randn(3, 4).astype("f")


def answers(nodes, opset, inputs, outputs=("y",), weights={}):
    made = model(nodes, {name: value.shape for name, value in inputs.items()}, outputs, opset, weights)
    file = open_onnx(made.SerializeToString(), None)
    graph, _ = graph_of(file, {}, tuple(inputs), ["out_{}".format(i) for i in range(len(outputs))])
    return run_graph(graph, list(inputs.values()))


@pytest.mark.parametrize("constant", (False, True))
@pytest.mark.parametrize("op, function", [("Add", np.add), ("Sub", np.subtract), ("Mul", np.multiply)])
def test_broadcast_along_an_axis(op, function, constant):
    node = helper.make_node(op, ["a", "b"], ["y"], broadcast=1, axis=1)
    value, = answers([node], 6, {"a": A} if constant else {"a": A, "b": B}, weights={"b": B} if constant else {})
    assert np.allclose(value, function(A, B[:, :, None]))


def test_broadcast_of_the_last_axes():
    node = helper.make_node("Add", ["a", "b"], ["y"], broadcast=1)
    value, = answers([node], 6, {"a": A, "b": A[0, 0]})
    assert np.allclose(value, A + A[0, 0])


def test_slopes_along_channels():
    slope = np.array([0.1, 0.2, 0.3], np.float32)
    value, = answers([helper.make_node("PRelu", ["a", "s"], ["y"])], 6, {"a": A}, weights={"s": slope})
    assert np.allclose(value, np.where(A < 0, A * slope[:, None, None], A))


@pytest.mark.parametrize("op, inputs", [("Dropout", 1), ("BatchNormalization", 5)])
def test_training_is_refused(op, inputs):
    names = ["a", "b", "c", "d", "e"][:inputs]
    weights = {name: np.ones(3, np.float32) for name in names[1:]}
    value, = answers([helper.make_node(op, names, ["y"], is_test=1)], 6, {"a": A}, weights=weights)
    assert value.shape == A.shape
    with pytest.raises(UnsupportedModel, match="{} attribute is_test=0 at y".format(op)):
        answers([helper.make_node(op, names, ["y"], is_test=0)], 6, {"a": A}, weights=weights)


def test_normalisation_of_every_element_is_refused():
    weights = {name: np.ones(A.shape[1:], np.float32) for name in "bcde"}
    with pytest.raises(UnsupportedModel, match="spatial=0 at y"):
        answers([helper.make_node("BatchNormalization", list("abcde"), ["y"], spatial=0)], 8, {"a": A}, weights=weights)


@pytest.mark.parametrize("opset, attributes", [(6, {"height_scale": 2.0, "width_scale": 3.0}),
                                               (7, {"scales": [1.0, 1.0, 2.0, 3.0]})])
def test_scales(opset, attributes):
    value, = answers([helper.make_node("Upsample", ["a"], ["y"], mode="nearest", **attributes)], opset, {"a": A})
    assert np.array_equal(value, A.repeat(2, axis=2).repeat(3, axis=3))


def test_attributes_that_became_inputs():
    nodes = [helper.make_node("Slice", ["a"], ["s"], starts=[1, 0], ends=[-1, 3], axes=[2, 3]),
             helper.make_node("TopK", ["s"], ["values", "places"], k=2, axis=-1)]
    values, places = answers(nodes, 9, {"a": A}, ("values", "places"))
    cut = A[:, :, 1:-1, 0:3]
    assert np.array_equal(places, np.argsort(-cut, axis=-1)[..., :2])
    assert np.array_equal(values, np.take_along_axis(cut, places, -1))
