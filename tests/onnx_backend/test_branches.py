"""An If of a file becomes the branch that it takes, where shapes decide that; ONNX Runtime answers alike."""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from job.errors import BadCheckpoint, UnsupportedModel
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import run_graph
from tests.onnx_backend.small_models import model

X = np.random.RandomState(0).randn(2, 3, 1, 4).astype(np.float32)
SIZE = {"axis": np.array(1, np.int64), "one": np.array(1, np.int64), "three": np.array(3, np.int64)}


def branch(nodes, outputs=("y",), weights=None, inputs=()):
    return helper.make_graph(list(nodes), "branch", list(inputs), [onnx.ValueInfoProto(name=name) for name in outputs],
                             [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()])


def network(then, other, size="three", opset=13, outputs=("y",), behind=()):
    """If the size of axis 1, which is 3, is that one."""
    nodes = [helper.make_node("Abs", ["x"], ["before"]), helper.make_node("Shape", ["before"], ["shape"]),
             helper.make_node("Gather", ["shape", "axis"], ["size"]), helper.make_node("Equal", ["size", size], ["known"]),
             helper.make_node("If", ["known"], list(outputs), name="choice", then_branch=then, else_branch=other),
             *behind]
    return model(nodes, {"x": X.shape}, outputs[-1:] if not behind else ["end"], opset, SIZE)


def answer(made):
    graph, notes = graph_of(open_onnx(made.SerializeToString(), None), {}, ("x",), ("out",))
    assert not any("values decide" in note for note in notes)
    assert {node.op for node in graph.nodes}.isdisjoint({"If", "Equal", "Shape"})
    (found,) = run_graph(graph, [X])
    assert graph.shapes["out"] == found.shape
    return found


def same(made):
    for output in made.graph.output:
        output.ClearField("type")
    (expected,) = onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"x": X})
    found = answer(made)
    return found.shape == expected.shape and np.array_equal(found, expected)


SQUEEZED = branch([helper.make_node("Squeeze", ["before", "axes"], ["y"])], weights={"axes": np.array([2])})
KEPT = branch([helper.make_node("Identity", ["before"], ["y"])])
SCALED = branch([helper.make_node("Mul", ["x", "factor"], ["inner"]), helper.make_node("Relu", ["inner"], ["y"])],
                weights={"factor": np.array([2], np.float32)})
SHIFTED = branch([helper.make_node("Add", ["before", "factor"], ["inner"]), helper.make_node("Relu", ["inner"], ["y"])],
                 weights={"factor": np.array([5], np.float32)})
NESTED = branch([helper.make_node("If", ["known"], ["nested"],
                                  then_branch=branch([helper.make_node("Neg", ["x"], ["minus"])], ["minus"]),
                                  else_branch=branch([helper.make_node("Exp", ["before"], ["power"])], ["power"]))], ["nested"])
OUTSIDE = branch([], ["before"])


@pytest.mark.parametrize("size", ["one", "three"])
@pytest.mark.parametrize("then, other", [(SQUEEZED, KEPT), (KEPT, SQUEEZED), (SCALED, SHIFTED), (NESTED, KEPT),
                                         (KEPT, NESTED)])
def test_the_branch_is_taken_that_the_shapes_decide_for(then, other, size):
    assert same(network(then, other, size))


@pytest.mark.parametrize("opset", [11, 15])
def test_in_any_opset_that_a_current_exporter_writes(opset):
    behind = [helper.make_node("Add", ["y", "x"], ["end"])]
    assert same(network(SCALED, SHIFTED, "three", opset, behind=behind))


def test_what_is_in_a_branch_is_found_there_by_its_own_name():
    named = branch([helper.make_node("Mul", ["x", "x"], ["inner"], name="square"), helper.make_node("Relu", ["inner"], ["y"])])
    graph, _ = graph_of(open_onnx(network(named, KEPT).SerializeToString(), None), {}, ("x",), ("out",))
    assert [node.place for node in graph.nodes if node.op in ("Mul", "Relu")] == ["choice/square", "choice"]


def test_a_branch_may_give_what_was_made_before_it():
    assert np.array_equal(answer(network(OUTSIDE, KEPT)), np.abs(X))


def test_two_outputs_of_which_one_is_read():
    then = branch([helper.make_node("Relu", ["x"], ["a"]), helper.make_node("Neg", ["a"], ["b"])], ["a", "b"])
    other = branch([helper.make_node("Neg", ["x"], ["a"]), helper.make_node("Abs", ["a"], ["b"])], ["a", "b"])
    assert same(network(then, other, "three", outputs=("unread", "y"))) and same(network(then, other, "one", outputs=("u", "y")))


def test_other_floats_of_a_branch_are_said_in_float32():
    made = branch([helper.make_node("Cast", ["x"], ["wide"], to=onnx.TensorProto.DOUBLE),
                   helper.make_node("Mul", ["wide", "factor"], ["y"])], weights={"factor": np.array([0.5])})
    assert np.allclose(answer(network(made, made)), X * 0.5)


def by_value(then, other, shape=X.shape, keepdims=0, behind=()):
    """If the sum of all that x holds is above zero."""
    nodes = [helper.make_node("Abs", ["x"], ["before"]),
             helper.make_node("ReduceSum", ["x"], ["sum"], keepdims=keepdims),
             helper.make_node("Greater", ["sum", "zero"], ["c"]),
             helper.make_node("If", ["c"], ["y"], name="choice", then_branch=then, else_branch=other), *behind]
    return model(nodes, {"x": shape}, ["end"] if behind else ["y"], 13, {"zero": np.array(0, np.float32)})


LOGARITHM = branch([helper.make_node("Log", ["x"], ["y"])])
CHOOSES_AGAIN = branch([helper.make_node("If", ["c"], ["nested"],
                                         then_branch=branch([helper.make_node("Neg", ["x"], ["minus"])], ["minus"]),
                                         else_branch=branch([helper.make_node("Exp", ["before"], ["power"])], ["power"]))],
                       ["nested"])
FLAT = branch([helper.make_node("Flatten", ["x"], ["y"], axis=0)])
TRUTH = branch([helper.make_node("Cast", ["x"], ["y"], to=9)])
ALONE = branch([], ["held"], weights={"held": np.full(X.shape, 7, np.float32)})


@pytest.mark.parametrize("keepdims", [0, 1])
@pytest.mark.parametrize("then, other", [(SCALED, SHIFTED), (LOGARITHM, SCALED), (CHOOSES_AGAIN, KEPT),
                                         (KEPT, CHOOSES_AGAIN), (ALONE, KEPT)])
def test_where_values_decide_both_are_made_and_one_is_chosen(then, other, keepdims):
    made = by_value(then, other, keepdims=keepdims, behind=[helper.make_node("Add", ["y", "x"], ["end"])])
    made.graph.output[0].ClearField("type")
    graph, notes = graph_of(open_onnx(made.SerializeToString(), None), {}, ("x",), ("out",))
    assert "If" not in {node.op for node in graph.nodes}
    note, = notes
    assert note.startswith("values decide which branch of the If at choice counts")
    runtime = onnxruntime.InferenceSession(made.SerializeToString())
    for x in (np.abs(X), -np.abs(X)):  # one way, and the other, in which a logarithm is no number
        (found,), (expected,) = run_graph(graph, [x]), runtime.run(None, {"x": x})
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("then, other, keepdims", [(FLAT, KEPT, 0), (TRUTH, KEPT, 0), (FLAT, FLAT, 1)])
def test_no_choice_between_tensors_of_other_kinds(then, other, keepdims):
    with pytest.raises(UnsupportedModel) as refusal:
        answer(by_value(then, other, keepdims=keepdims))
    assert refusal.value.problems == (
        "If whose condition depends on values, and whose branches make other shapes, at choice",)


def looking_up(op, shape):
    """In x, by numbers of that shape which x itself makes."""
    nodes = [helper.make_node("ReduceSum", ["x"], ["one"], keepdims=1), helper.make_node("Expand", ["one", "size"], ["many"]),
             helper.make_node("Reshape", ["many", "shape"], ["numbers"]), helper.make_node("Cast", ["numbers"], ["at"], to=7),
             helper.make_node(op, ["x", "at"], ["found"]), helper.make_node("ReduceSum", ["found"], ["total"]),
             helper.make_node("Add", ["total", "x"], ["y"])]
    return branch(nodes, weights={"size": np.array([1, 1, 1, int(np.prod(shape))]), "shape": np.array(shape)})


LOOKS_UP = looking_up("Gather", (1,))
WITHIN = branch([helper.make_node("If", ["c"], ["inner"], then_branch=LOOKS_UP, else_branch=KEPT)], ["inner"])
BY_CONSTANTS = branch([helper.make_node("Gather", ["x", "at"], ["y"], axis=1)], weights={"at": np.array([2, 0, 1])})


@pytest.mark.parametrize("then", [
    LOOKS_UP, looking_up("GatherElements", (1, 3, 1, 4)), looking_up("GatherND", (2, 1)), WITHIN])
def test_no_choice_where_the_condition_may_guard_an_index(then):
    """Both branches would look up, also by what lies beyond the table."""
    for pair in ((then, KEPT), (KEPT, then)):
        with pytest.raises(UnsupportedModel) as refusal:
            answer(by_value(*pair, behind=[helper.make_node("Neg", ["y"], ["end"])]))
        assert "may guard indices that a branch looks up by, at choice" in "".join(refusal.value.problems)


def test_constant_indices_need_no_guard():
    made = by_value(BY_CONSTANTS, KEPT, behind=[helper.make_node("Neg", ["y"], ["end"])])
    graph, _ = graph_of(open_onnx(made.SerializeToString(), None), {}, ("x",), ("out",))
    assert graph.shapes["out"] == X.shape


def test_what_one_of_two_branches_cannot_say_is_told_alone():
    odd = branch([helper.make_node("Unheard", ["x"], ["y"])])
    for then, other in ((odd, KEPT), (KEPT, odd)):
        with pytest.raises(UnsupportedModel) as refusal:
            answer(by_value(then, other, behind=[helper.make_node("Neg", ["y"], ["end"])]))
        assert refusal.value.problems == ("operator Unheard at choice",)


def test_what_a_branch_cannot_say_is_refused_where_it_is_taken():
    odd = branch([helper.make_node("Scan", ["x"], ["y"], name="again", body=KEPT, num_scan_inputs=1)])
    with pytest.raises(UnsupportedModel) as refusal:
        answer(network(odd, KEPT))
    assert "Scan attribute body, a graph of its own, at again" in refusal.value.problems


@pytest.mark.parametrize("then", [
    branch([helper.make_node("Neg", ["nowhere"], ["y"])]),
    branch([helper.make_node("Neg", ["late"], ["y"]), helper.make_node("Neg", ["y"], ["late"])]),
    branch([helper.make_node("Neg", ["x"], ["y"]), helper.make_node("Abs", ["x"], ["y"])]),
    branch([helper.make_node("Neg", ["x"], ["y"])], ["y", "y"]),
    branch([helper.make_node("Neg", ["x"], ["y"])], inputs=[onnx.ValueInfoProto(name="x")]),
])
def test_what_is_no_branch_is_told(then):
    with pytest.raises(BadCheckpoint):
        answer(network(then, KEPT))


@pytest.mark.parametrize("attributes", [{"then_branch": KEPT}, {}, {"then_branch": KEPT, "else_branch": KEPT, "other": 1}])
def test_no_if_without_two_branches(attributes):
    nodes = [helper.make_node("If", ["c"], ["y"], name="choice", **attributes)]
    made = model(nodes, {"x": X.shape}, ["y"], 13, {"c": np.array(True)})
    with pytest.raises(BadCheckpoint, match="If at choice"):
        answer(made)
