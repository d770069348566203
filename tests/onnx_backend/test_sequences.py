"""Lists of tensors become what is made of their members; ONNX Runtime answers alike."""
import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from job.errors import UnsupportedModel
from job.onnx_model.opsets.newer import loops
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import run_graph
from tests.onnx_backend.small_models import model

X = np.random.RandomState(0).randn(2, 3).astype(np.float32)
KNOWN = {"zero": np.array(0), "one": np.array(1), "last": np.array(-1), "three": np.array(3), "true": np.array(True)}


def of(*nodes):
    made = model([helper.make_node(op, inputs.split(), outputs.split(), **attributes)
                  for op, inputs, outputs, attributes in nodes], {"x": X.shape}, ["y"], 13, KNOWN)
    made.graph.output[0].ClearField("type")
    return made


def typed(name, kind, is_list=False):
    info = helper.make_tensor_value_info(name, kind, [] if kind != TensorProto.FLOAT else None)
    if is_list:
        info.type.ClearField("tensor_type")
        info.type.sequence_type.elem_type.tensor_type.elem_type = kind
    return info


def filled(times=""):
    """Rounds that put what they make in a list, until three are in it."""
    nodes = [helper.make_node("Mul", ["v", "v"], ["w"]), helper.make_node("SequenceInsert", ["s", "w"], ["t"]),
             helper.make_node("Add", ["n", "one"], ["m"]), helper.make_node("Less", ["m", "three"], ["on"])]
    body = helper.make_graph(
        nodes, "body", [typed("r", TensorProto.INT64), typed("go", TensorProto.BOOL), typed("s", TensorProto.FLOAT, True),
                        typed("v", TensorProto.FLOAT), typed("n", TensorProto.INT64)],
        [typed("on", TensorProto.BOOL), typed("t", TensorProto.FLOAT, True), typed("w", TensorProto.FLOAT),
         typed("m", TensorProto.INT64)])
    loop = helper.make_node("Loop", [times, "true", "none", "x", "zero"], ["all", "end", "count"], body=body)
    made = of(("SequenceEmpty", "", "none", {}), ("ConcatFromSequence", "all", "joined", {"axis": 1}),
              ("Neg", "joined", "y", {}))
    made.graph.node.insert(1, loop)
    return made


FILES = {
    "joined": of(("Neg", "x", "a", {}), ("SequenceConstruct", "x a", "s", {}), ("Exp", "x", "b", {}),
                 ("SequenceInsert", "s b", "t", {}), ("ConcatFromSequence", "t", "y", {"axis": -1})),
    "placed": of(("Neg", "x", "a", {}), ("SequenceConstruct", "x x", "s", {}), ("SequenceInsert", "s a last", "t", {}),
                 ("SequenceInsert", "t a zero", "u", {}), ("ConcatFromSequence", "u", "y", {"axis": 0})),
    "picked": of(("Neg", "x", "a", {}), ("SequenceConstruct", "x a x", "s", {}), ("SequenceAt", "s one", "b", {}),
                 ("SequenceAt", "s last", "c", {}), ("Sub", "b c", "y", {})),
    "filled by a loop": filled(), "filled by a loop of two rounds": filled("one"),
}


def answered(made):
    graph, _ = graph_of(open_onnx(made.SerializeToString(), None), {}, ("x",), ("out",))
    (found,) = run_graph(graph, [X])
    assert graph.shapes["out"] == found.shape and not [node.op for node in graph.nodes if "Sequence" in node.op]
    return found


@pytest.mark.parametrize("name", FILES)
def test_they_answer_as_the_file(name):
    expected, = onnxruntime.InferenceSession(FILES[name].SerializeToString()).run(None, {"x": X})
    assert np.array_equal(answered(FILES[name]), expected)


@pytest.mark.parametrize("made, words", [
    (of(("SequenceConstruct", "x x", "s", {}), ("Cast", "x", "i", {"to": 7}), ("SequenceAt", "s i", "y", {})),
     "SequenceAt at a place that depends on values, at y"),
    (of(("SequenceConstruct", "x x", "s", {}), ("ConcatFromSequence", "s", "y", {"axis": 0, "new_axis": 1})),
     "ConcatFromSequence attribute new_axis=1 at y")])
def test_refused_by_name(made, words):
    with pytest.raises(UnsupportedModel) as refusal:
        answered(made)
    assert refusal.value.problems == (words,)


def test_a_loop_without_an_end_has_one(monkeypatch):
    made = filled()
    made.graph.node[1].attribute[0].g.node[3].input[:] = ["zero", "three"]
    monkeypatch.setattr(loops, "_MOST_NODES", 100)
    with pytest.raises(UnsupportedModel, match="Loop of more than 26 rounds of 4 operators at"):
        answered(made)
