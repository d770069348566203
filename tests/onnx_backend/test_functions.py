"""Functions that a file brings are put in their places; such as do not fit, or would never end, are refused, and soon."""
import time

import numpy as np
import pytest
from onnx import GraphProto, helper

from job.errors import BadCheckpoint, JobError, UnsupportedModel
from job.networks.onnx_file import FileNetwork
from job.onnx_model.reading import graph_of, inlining, open_onnx
from job.settings.settings import Settings
from tests.onnx_backend.small_models import model, with_weight_beside
from tests.onnx_backend.test_newer_opsets import answers
from tests.onnx_backend.written_functions import called, field, function, with_functions

X = np.random.RandomState(3).randn(2, 5).astype(np.float32)
CALL = [called("f", ["x"], ["y"])]
NEG = helper.make_node("Neg", ["a"], ["b"])
ONCE = function("f", ["a"], ["b"], [NEG])


def twice(name: str, inner: str) -> bytes:
    return function(name, ["a"], ["b"], [called(inner, ["a"], ["c"]), called(inner, ["c"], ["b"])])


def test_a_function_is_what_it_says():
    assert np.array_equal(answers(with_functions(CALL, ONCE), X)[0], -X)


WRONG = {
    "within itself": (function("f", ["a"], ["b"], [called("f", ["a"], ["b"])]), "is within itself, and never ends"),
    "too many inputs": (function("f", [], ["b"], [called("g", [], ["b"])]), "it takes nothing and"),
    "too many outputs": (function("f", ["a"], [], []), "makes nothing"),
    "reads what is around it": (function("f", ["a"], ["b"], [helper.make_node("Add", ["a", "x"], ["b"])]), "it reads x, which"),
    "reads what comes later": (function("f", ["a"], ["b"], [helper.make_node("Exp", ["c"], ["b"]), NEG]), "it reads c, which"),
    "makes its input": (function("f", ["a"], ["a"], [helper.make_node("Neg", ["a"], ["a"])]), "it makes a, which is there"),
    "makes a thing twice": (function("f", ["a"], ["b"], [NEG, NEG]), "it makes b, which is there"),
    "makes no output": (function("f", ["a"], ["c"], [NEG]), "it reads c, which nothing"),
    "inputs alike": (function("f", ["a", "a"], ["b"], [NEG]), "two things of one name"),
    "no whole node": (ONCE + field(7, b"\x0a\x7f\x01"), "a function in it is none, or not a whole one"),
    "no UTF-8": (field(1, b"\xff") + function("", ["a"], ["b"], [NEG]), "not UTF-8"),
    "a node's name that is not UTF-8": (field(1, b"f") + field(10, b"of.here") + field(7, b"\x1a\x01\xff"), "not UTF-8"),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_functions_that_are_none(name):
    data, words = WRONG[name]
    with pytest.raises(BadCheckpoint) as refusal:
        answers(with_functions(CALL, data), X)
    assert words in refusal.value.message


def test_one_within_another_within_the_first():
    inner = function("g", ["a"], ["b"], [called("f", ["a"], ["b"])])
    with pytest.raises(BadCheckpoint, match="the call of of.here.f at y is within itself"):
        answers(with_functions(CALL, function("f", ["a"], ["b"], [called("g", ["a"], ["b"])]), inner), X)


def test_an_attribute_that_the_function_does_not_know():
    with pytest.raises(BadCheckpoint, match="the call of of.here.f at y does not fit: it takes a and nothing, and makes b"):
        answers(with_functions([called("f", ["x"], ["y"], by=2.0)], ONCE), X)


def test_two_of_one_name():
    with pytest.raises(BadCheckpoint, match="two functions are called of.here.f"):
        answers(with_functions(CALL, ONCE, ONCE), X)


@pytest.mark.parametrize("domain", ["", "ai.onnx", "ai.onnx.ml"])
def test_onnx_own_operators_are_not_replaced(domain):
    relu = function("Relu", ["a"], ["b"], [NEG], domain=domain)
    with pytest.raises(UnsupportedModel, match="Relu in the place of ONNX's own operators"):
        answers(with_functions([helper.make_node("Relu", ["x"], ["y"])], relu), X)


def test_an_opset_that_means_something_else_is_refused_by_name():
    body = [helper.make_node("Softmax", ["a"], ["c"]), helper.make_node("Relu", ["c"], ["d"]),
            helper.make_node("Swish", ["d"], ["b"])]
    with pytest.raises(UnsupportedModel) as refusal:
        answers(with_functions(CALL, function("f", ["a"], ["b"], body, 12), opset=24), X)
    assert refusal.value.problems == tuple(
        "the function of.here.f of opset 12, whose {} is another in opset 24".format(op) for op in ("Softmax", "Swish"))
    for imports in ([{"domain": "of.here", "version": 1}], [{"domain": "", "version": 12}]):
        with pytest.raises(UnsupportedModel, match="the function of.here.f of opset (None|12)"):
            answers(with_functions(CALL, function("f", ["a"], ["b"], body[:1] + [called("g", ["c"], ["b"])], imports=imports),
                                   function("g", ["a"], ["b"], [NEG])), X)


@pytest.mark.parametrize("opset", [9, 10])
def test_an_older_opset_inlines_too(opset):
    assert np.array_equal(answers(with_functions(CALL, function("f", ["a"], ["b"], [NEG], 7), opset=opset), X)[0], -X)


def many(count: int, last: bytes) -> bytes:
    """Each twice in the one before it."""
    return with_functions(
        CALL, *[twice("f{}".format(each or ""), "f{}".format(each + 1)) for each in range(count)], last)


BOMBS = {
    "operators": many(40, function("f40", ["a"], ["b"], [NEG])), "of nothing": many(40, function("f40", ["a"], ["a"], [])),
    "deep": with_functions(CALL, *[
        function("f{}".format(each or ""), ["a"], ["b"], [called("f{}".format(each + 1), ["a"], ["b"])]) for each in range(200)],
        function("f200", ["a"], ["b"], [NEG])),
    "weights": with_functions(CALL + [called("f", ["x"], ["y{}".format(each)]) for each in range(2000)], function(
        "f", ["a"], ["b"], [
            helper.make_node("Constant", [], ["k"], value=helper.make_tensor("k", 3, [1 << 20], bytes(1 << 20), True)),
            helper.make_node("Add", ["a", "k"], ["b"])])),
}


def referring() -> bytes:
    """One text of a call, which ten thousand nodes of its function are to repeat."""
    node = helper.make_node("Neg", ["a"], ["b"])
    node.attribute.add(name="text", type=3, ref_attr_name="text")
    nodes = []
    for number in range(10000):
        node.output[0] = "b{}".format(number)
        nodes.append(type(node).FromString(node.SerializeToString()))
    return with_functions([called("f", ["x"], ["y"], text="a" * (1 << 20))],
                          function("f", ["a"], ["b9"], nodes, attributes=["text"]))


@pytest.mark.parametrize("name", sorted(BOMBS) + ["attributes"])
def test_what_would_take_all_memory_or_time(name):
    data, began = BOMBS.get(name) or referring(), time.time()
    with pytest.raises(UnsupportedModel, match="functions (of more than|and graphs more than)"):
        open_onnx(data, None)
    assert time.time() - began < 20


def test_graphs_in_functions_in_graphs_are_counted_together(monkeypatch):
    monkeypatch.setattr(inlining, "_DEEPEST", 3)
    inner = GraphProto(name="g", node=[called("h", [], ["w"])], output=[helper.make_tensor_value_info("w", 1, (2, 5))])
    chosen = helper.make_node("If", ["c"], ["b"], then_branch=inner, else_branch=inner)
    functions = [function("f", ["a"], ["b"], [helper.make_node("Cast", ["a"], ["c"], to=9), chosen]),
                 function("h", [], ["w"], [called("i", [], ["w"])]),
                 function("i", [], ["w"], [helper.make_node("Constant", [], ["w"], value_float=1.0)])]
    with pytest.raises(UnsupportedModel, match="functions and graphs more than 3 deep"):
        open_onnx(with_functions(CALL, *functions), None)


@pytest.mark.parametrize("mask", (0x01, 0x41, 0x80, 0xFF))
def test_a_byte_changed_anywhere(mask):
    data = with_functions(CALL, twice("f", "g"), function("g", ["a"], ["b"], [NEG]))
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= mask
        try:
            file = open_onnx(bytes(changed), None)
            graph_of(file, {}, tuple(each.name for each in file.inputs), tuple("yz"[:len(file.graph.outputs)]))
        except JobError as refusal:
            assert refusal.exit_code in (3, 4) and refusal.message


def test_the_reference_has_the_functions_in_their_places(tmp_path):
    (tmp_path / "n.onnx").write_bytes(with_functions(CALL, ONCE))
    network, _ = FileNetwork.read(tmp_path / "n.onnx", Settings((), (), ()))
    assert network.facts.notes[0] == "the reference is the file with its own functions in the places of what calls them"
    assert "called opset 15" in network.facts.notes[1] and len(network.facts.notes) == 2


def test_functions_and_weights_beside_the_model(tmp_path):
    made = model([helper.make_node("Mul", ["x", "w"], ["t"]), called("f", ["t"], ["y"])], {"x": (2, 5)}, ["y"], 13, {"w": X})
    data = with_weight_beside(made, "w", "w.bin", tmp_path).SerializeToString()
    data += field(25, function("f", ["a"], ["b"], [NEG], 13))
    (tmp_path / "n.onnx").write_bytes(data)
    network, graph = FileNetwork.read(tmp_path / "n.onnx", Settings((), (), ()))
    assert "it has functions of its own, and weights beside it" in network.facts.notes[-1]
    assert np.allclose(network._forward([X])[0], -X * X)
