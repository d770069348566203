"""Whole numbers divided by what may be zero, of which ONNX Runtime would die."""
import numpy as np
import pytest
from onnx import helper

from job.errors import UnsupportedModel
from job.onnx_model.divisors import refuse_zero_divisors
from job.onnx_model.reading import graph_of, open_onnx
from tests.chain.test_bad_input import check, convert
from tests.onnx_backend.small_models import model

TO_INT32 = helper.make_node("Cast", ["x"], ["i"], to=6)


def file_of(*nodes, **constants):
    made = model([*nodes, helper.make_node("Cast", ["w"], ["y"], to=1)], {"x": (1, 6)}, ["y"], 13,
                 dict({"seven": np.array([7], np.int32), "zero": np.array([7, 0, 1, 1, 1, 1], np.int32)}, **constants))
    return made.SerializeToString()


def graph(data):
    return graph_of(open_onnx(data, None), {}, ("x",), ("y",))[0]


@pytest.mark.parametrize("op, dividend, divisor", [
    ("Div", "seven", "i"), ("Mod", "seven", "i"), ("Mod", "i", "i"), ("Div", "i", "zero"), ("Mod", "i", "zero")])
def test_what_may_be_zero_divides_nothing(op, dividend, divisor):
    with pytest.raises(UnsupportedModel) as refusal:
        refuse_zero_divisors(graph(file_of(TO_INT32, helper.make_node(op, [dividend, divisor], ["w"]))))
    assert refusal.value.problems == ("{} of int32 by what may be zero at w".format(op),)


def test_constants_are_not_folded_either():
    with pytest.raises(UnsupportedModel, match="Mod of int32 by what may be zero at w"):
        graph(file_of(helper.make_node("Mod", ["seven", "zero"], ["w"])))


@pytest.mark.parametrize("nodes", [
    (TO_INT32, helper.make_node("Mod", ["i", "seven"], ["w"])), (TO_INT32, helper.make_node("Div", ["i", "seven"], ["w"])),
    (helper.make_node("Div", ["x", "x"], ["w"]),),
    (TO_INT32, helper.make_node("Cast", ["x"], ["b"], to=9), helper.make_node("Cast", ["b"], ["one"], to=6),
     helper.make_node("Add", ["one", "seven"], ["more"]), helper.make_node("Mod", ["i", "more"], ["w"])),
], ids=["a rest", "a quotient", "floats", "a sum that is never zero"])
def test_what_is_never_zero_may(nodes):
    refuse_zero_divisors(graph(file_of(*nodes)))


def test_the_job_refuses_it_before_it_runs(tmp_path):
    (tmp_path / "net.onnx").write_bytes(file_of(TO_INT32, helper.make_node("Mod", ["seven", "i"], ["w"])))
    check(convert(tmp_path / "net.onnx", tmp_path / "out"), 4, "Mod of int32 by what may be zero at w")
