"""An input that the user gives a value is a constant of the network; what is no value of it is refused."""
from collections import namedtuple

import numpy as np
import pytest
from onnx import helper

from job.errors import UsageError
from job.networks.fixed_inputs import fixed_inputs, refuse_fixed_inputs
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import run_graph
from tests.onnx_backend.small_models import model, tensor

Settings = namedtuple("Settings", "fixed_inputs")
TYPES = {"rate": ("int64", ()), "on": ("bool", (1,)), "scale/s": ("float32", ("N", 3)), "small": ("uint8", (2,))}
ROWS = np.random.RandomState(0).randn(2, 3).astype(np.float32)


def read(folder):
    nodes = [helper.make_node("Cast", ["rate"], ["floats"], to=1), helper.make_node("Mul", ["x", "floats"], ["faster"]),
             helper.make_node("Add", ["faster", "scale/s"], ["sum"]), helper.make_node("Where", ["on", "sum", "x"], ["y"]),
             helper.make_node("Identity", ["small"], ["unused"])]
    made = model(nodes, {"x": (2, 3)}, ["y"])
    made.graph.input.extend(tensor(name, shape, dtype) for name, (dtype, shape) in TYPES.items())
    return open_onnx(made.SerializeToString(), folder)


def fixed(folder, **said):
    return fixed_inputs(read(folder), Settings(dict({"small": 3}, **said)))


@pytest.mark.parametrize("on, factor, offset", [(True, 7, [0.5, -2, 3]), ([False], 1, 0)])
def test_it_computes_with_what_is_said(on, factor, offset, tmp_path):
    file, values = fixed(tmp_path, rate=7, on=on, scale_s=[[0.5, -2, 3]])
    assert [item.name for item in file.inputs] == list(file.graph.inputs) == ["x"]
    assert {name: (value.dtype, value.shape) for name, value in values.items()} == {
        "rate": (np.int64, ()), "on": (bool, (1,)), "scale/s": (np.float32, (1, 3)), "small": (np.uint8, (2,))}
    graph, _ = graph_of(file, {}, ("x",), ("y",))
    answer, = run_graph(graph, [ROWS])
    assert graph.inputs == ("x",) and np.allclose(answer, ROWS * factor + np.float32(offset), atol=1e-6)


def test_nothing_said_changes_nothing(tmp_path):
    file = read(tmp_path)
    assert fixed_inputs(file, Settings({})) == (file, {})


def test_the_report_names_them(tmp_path):
    assert fixed(tmp_path, rate=-7).notes == ("the input small always is what --fixed-inputs says: 2 numbers",
                                              "the input rate always is what --fixed-inputs says: -7")


@pytest.mark.parametrize("said, problem, hint", [
    ({"rat": 1}, "the file has no input rat", "did you mean rate?"),
    ({"w": 1}, "the file has no input w", "its inputs are x, rate, on, scale/s, small"),
    ({"rate": 0.5}, "0.5 is no value of the input rate, which is of int64", "a number, such as 16000"),
    ({"rate": 10 ** 30}, "is no value of the input rate", "16000"),
    ({"rate": True}, "True is no value of the input rate", "16000"),
    ({"rate": "fast"}, "'fast' is no value of the input rate", "16000"),
    ({"rate": None}, "None is no value of the input rate", "16000"),
    ({"rate": {"a": 1}}, "is no value of the input rate", "16000"),
    ({"rate": [7]}, "has shape 1, in the file it is of one number", "16000"),
    ({"small": 256}, "256 is no value of the input small, which is of uint8", "16000"),
    ({"small": -1}, "-1 is no value of the input small", "16000"),
    ({"small": [1, 2, 3]}, "has shape 3, in the file it is 2", "a list of lists says each"),
    ({"on": 1}, "1 is no value of the input on, which is of bool", "such as true"),
    ({"scale_s": 1e39}, "is no value of the input scale_s, which is of float32", "[[0.5]]"),
    ({"scale_s": 2}, "of the input scale_s has shape of one number, in the file it is ?,3", "in 2 lists within one another"),
    ({"scale_s": [[1, 2], [3]]}, "is no value of the input scale_s", "[[0.5]]"),
    ({"scale_s": [[1, 2, 3]], "scale/s": [[1, 2, 3]]}, "one input has two values", "leave one out"),
    ({"x": 1, "rate": 1, "on": True, "scale_s": [[1, 2, 3]]}, "no input is left", "leave one out"),
])
def test_what_is_no_value_of_it_is_refused(said, problem, hint, tmp_path):
    with pytest.raises(UsageError) as refusal:
        fixed(tmp_path, **said)
    assert problem in refusal.value.message and hint in refusal.value.hint
    assert refusal.value.about == ("fixed_inputs",)


def test_code_fixes_its_own():
    refuse_fixed_inputs(Settings({}), "net.pth")
    with pytest.raises(UsageError, match="--fixed-inputs is for .onnx files, and net.pth is none"):
        refuse_fixed_inputs(Settings({"a": 1}), "net.pth")
