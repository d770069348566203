"""Indices that the network computes count from the last element where they are below zero, as ONNX Runtime has it."""
import numpy as np
import onnxruntime
import pytest
from onnx import helper

from job.onnx_model.from_the_end import never_below_zero
from job.onnx_model.graph import View
from job.onnx_model.passes import canonical
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import run_graph
from tests.onnx_backend.small_models import model
from tests.passes.small_graphs import graph, node, weights, whole

TABLE, X = weights(9, 4), np.array([[-2.9, -9, 8], [-0.7, 3.2, -1]], np.float32)


def read(opset, to=7, dtype="float32", axis=0, *before):
    nodes = list(before) or [helper.make_node("Cast", ["x"], ["i"], to=to)]
    made = model(nodes + [helper.make_node("Gather", ["t", "i"], ["y"], axis=axis)], {"x": X.shape}, ["y"], opset,
                 {"t": TABLE.T if axis else TABLE}, dtype)
    made.graph.output[0].type.tensor_type.elem_type = 1
    data = made.SerializeToString()
    return data, graph_of(open_onnx(data, None), {}, ("x",), ("out",))[0]


@pytest.mark.parametrize("opset, to, axis", [(9, 7, 0), (11, 7, 0), (13, 6, 0), (15, 7, 1)])
def test_below_zero(opset, to, axis):
    """From opset 11 on ONNX says so; its runtime takes it of older files too."""
    data, made = read(opset, to, "float32", axis)
    expected, = onnxruntime.InferenceSession(data).run(None, {"x": X})
    for each in (made, canonical(made)):
        assert np.array_equal(run_graph(each, [X])[0], expected)
        assert min(_indices(each, X)) >= 0


def _indices(made, x):
    pick, = [each for each in made.nodes if each.op == "Gather"]
    return run_graph(made._replace(outputs=(pick.inputs[1],)), [x])[0].reshape(-1)


def test_what_a_caller_gives_is_left_alone():
    _, made = read(13, 7, "int64", 0, helper.make_node("Transpose", ["x"], ["i"]))
    assert "Add" not in [each.op for each in made.nodes]


@pytest.mark.parametrize("op, inputs, attributes, known", [
    ("Relu", "x", {}, True), ("Neg", "x", {}, False), ("Add", "x one", {}, False), ("Add", "p one", {}, True),
    ("Clip", "x", {"min": 0.0}, True), ("Clip", "x", {"max": 3.0}, False), ("Max", "x one", {}, True),
    ("Max", "x x", {}, False), ("Min", "p x", {}, False), ("Where", "c p one", {}, True), ("Where", "c one x", {}, False),
    ("Concat", "p x", {"axis": 0}, False), ("Reshape", "p size", {}, True), ("Floor", "x", {}, False)], ids=str)
def test_what_is_known(op, inputs, attributes, known):
    made = graph(node("Sigmoid", "x", "p"), node("Less", "x one", "c"), node(op, inputs, "v", **attributes),
                 node("Cast", "v", "y", to=7), inputs={"x": (2, 3)},
                 constants=dict(one=np.array(1, np.float32), size=whole(6)))
    assert never_below_zero("y", View(made)) == known
