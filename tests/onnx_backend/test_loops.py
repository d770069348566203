"""A Loop of a file becomes its rounds, where their number is known; ONNX Runtime answers alike."""
import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from job.errors import BadCheckpoint, UnsupportedModel
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import run_graph
from tests.onnx_backend.small_models import model

X = np.random.RandomState(0).randn(2, 3, 4).astype(np.float32)
KNOWN = {"three": np.array(3, np.int64), "none": np.array(0, np.int64), "true": np.array(True), "false": np.array(False),
         "two": np.array(2, np.int64), "many": np.array(10 ** 7, np.int64), "half": np.array(0.5, np.float32)}


def typed_outputs(names):
    """ONNX Runtime 1.10 ends the process where they have no type."""
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT if place else TensorProto.BOOL, None if place else [])
            for place, name in enumerate(names)]


def body(nodes, outputs, carried=("c",), weights=None):
    """(round, go, what is carried) -> (go on, what is carried, rows)"""
    inputs = [helper.make_tensor_value_info("round", TensorProto.INT64, []),
              helper.make_tensor_value_info("go", TensorProto.BOOL, [])]
    inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in carried]
    return helper.make_graph(list(nodes), "body", inputs, typed_outputs(outputs),
                             [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()])


ON = helper.make_node("Identity", ["go"], ["on"])
HALVED = helper.make_node("Mul", ["c", "half"], ["halved"])
GROWS = body([ON, HALVED, helper.make_node("Add", ["halved", "before"], ["next"])], ["on", "next"])
IN_ROWS = body([ON, HALVED, helper.make_node("Sub", ["before", "halved"], ["next"]),
                helper.make_node("ReduceSum", ["next", "axes"], ["row"], keepdims=0)], ["on", "next", "row"],
               weights={"axes": np.array([2])})
BY_NUMBER = body([ON, helper.make_node("Cast", ["round"], ["number"], to=1),
                  helper.make_node("Mul", ["number", "c"], ["next"]),
                  helper.make_node("Gather", ["before", "one"], ["row"], axis=1)], ["on", "next", "row"],
                 weights={"one": np.array(1)})
ENDS = body([helper.make_node("Less", ["round", "one"], ["on"]), helper.make_node("Exp", ["c"], ["next"])], ["on", "next"],
            weights={"one": np.array(1)})
NESTED = body([ON, helper.make_node("Loop", ["two", "true"], ["inner"], body=helper.make_graph(
    [helper.make_node("Identity", ["g"], ["on2"]), helper.make_node("Neg", ["c"], ["minus"])], "inner",
    [helper.make_tensor_value_info("r", TensorProto.INT64, []), helper.make_tensor_value_info("g", TensorProto.BOOL, [])],
    typed_outputs(["on2", "minus"]))),
    helper.make_node("ReduceMax", ["inner"], ["next"], axes=[0], keepdims=0)], ["on", "next"])
SWAPS = body([ON, helper.make_node("Abs", ["d"], ["next"]), helper.make_node("Neg", ["c"], ["other"])],
             ["on", "next", "other"], ("c", "d"))


def looped(made, times="three", go="true", begins=("x",), outputs=("y",), opset=13, read="y"):
    nodes = [helper.make_node("Abs", ["x"], ["before"]),
             helper.make_node("Loop", [times, go, *begins], list(outputs), name="again", body=made),
             helper.make_node("Neg", [read], ["end"])]
    made = model(nodes, {"x": X.shape}, ["end"], opset, KNOWN)
    made.graph.output[0].ClearField("type")
    return made


def answer(made):
    graph, _ = graph_of(open_onnx(made.SerializeToString(), None), {}, ("x",), ("out",))
    assert "Loop" not in {node.op for node in graph.nodes}
    (found,) = run_graph(graph, [X])
    assert graph.shapes["out"] == found.shape
    return found


@pytest.mark.parametrize("times, go", [("three", "true"), ("two", "true"), ("none", "true"), ("three", "false")])
@pytest.mark.parametrize("made, more", [
    (GROWS, {}), (ENDS, {}), (NESTED, {}), (SWAPS, {"begins": ("x", "before"), "outputs": ("u", "y")})])
def test_the_rounds_answer_as_the_loop(made, more, times, go):
    file = looped(made, times, go, **more)
    (expected,) = onnxruntime.InferenceSession(file.SerializeToString()).run(None, {"x": X})
    assert np.array_equal(answer(file), expected)


@pytest.mark.parametrize("opset", [11, 12, 13, 15])
@pytest.mark.parametrize("made", [IN_ROWS, BY_NUMBER])
def test_rows_of_each_round_in_any_opset(made, opset):
    if opset < 13 and made is IN_ROWS:
        row = helper.make_node("ReduceSum", ["halved"], ["row"], axes=[2], keepdims=0)
        made = body([ON, HALVED, row], ["on", "halved", "row"])
    for read in ("y", "rows"):
        file = looped(made, outputs=("y", "rows"), read=read, opset=opset)
        (expected,) = onnxruntime.InferenceSession(file.SerializeToString()).run(None, {"x": X})
        assert np.array_equal(answer(file), expected)
    assert len(expected) == 3


ONLY_VALUES = body([helper.make_node("ReduceMax", ["c"], ["most"], keepdims=0),
                    helper.make_node("Cast", ["most"], ["on"], to=9), helper.make_node("Neg", ["c"], ["next"])], ["on", "next"])
ODD = body([ON, helper.make_node("Unheard", ["c"], ["next"])], ["on", "next"])


@pytest.mark.parametrize("made, more, problem", [
    (GROWS, {"go": ""}, "Loop without a first condition, of which ONNX Runtime 1.10 dies, at again"),
    (SWAPS, {"begins": ("x", "before"), "outputs": ("y", "")},
     "Loop without names of all its outputs, of which ONNX Runtime 1.10 dies, at again"),
    (GROWS, {"times": "before"}, "Loop whose number of rounds depends on values, at again"),
    (GROWS, {"times": "many"}, "Loop of 10000000 rounds of 3 operators at again"),
    (ONLY_VALUES, {}, "Loop whose end depends on values, at again"),
    (IN_ROWS, {"times": "none", "outputs": ("y", "rows")}, "Loop without a round, whose rows are none, at again"),
    (ODD, {}, "operator Unheard at again"),
])
def test_what_is_no_row_of_rounds_is_refused_by_name(made, more, problem):
    with pytest.raises(UnsupportedModel) as refusal:
        answer(looped(made, read=next(filter(None, more.get("outputs", ("y",))[::-1])), **more))
    assert refusal.value.problems == (problem,)


@pytest.mark.parametrize("made, more", [
    (GROWS, {"begins": ()}), (GROWS, {"outputs": ("y", "z", "w")}), (SWAPS, {}),
    (body([ON, HALVED], ["on", "halved"], ("c", "c")), {"begins": ("x", "x"), "outputs": ("y",)}),
    (body([ON, helper.make_node("Neg", ["nowhere"], ["next"])], ["on", "next"]), {}),
])
def test_what_is_no_loop_is_told(made, more):
    with pytest.raises(BadCheckpoint):
        answer(looped(made, **more))
