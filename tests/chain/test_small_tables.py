"""Networks whose tables are smaller than what probes ask for, through the whole job."""
import json

import numpy as np
from onnx import TensorProto, helper

from tests.chain.test_bad_input import check, convert, run_job
from tests.chain.test_onnx_files import saved
from tests.model_code import by_command
from tests.onnx_backend.small_models import model

RANDOM = np.random.RandomState(4)
TABLES = {"two": RANDOM.randn(2, 6).astype(np.float32), "seven": RANDOM.randn(7, 6).astype(np.float32),
          "w": RANDOM.randn(6, 5).astype(np.float32)}
CODE = """
import torch
from torch import nn

class make(nn.Module):
    def __init__(self):
        super().__init__()
        self.two, self.seven, self.last = nn.Embedding(2, 6), nn.Embedding(7, 6), nn.Linear(6, 5)
    def forward(self, kind, day):
        return self.last(self.two(kind) * self.seven(day))
"""


def looked_up(*before, dtype=TensorProto.INT64):
    nodes = [*before, helper.make_node("Gather", ["two", "kind" if not before else "whole"], ["a"]),
             helper.make_node("Gather", ["seven", "day"], ["b"]),
             helper.make_node("Mul", ["a", "b"], ["c"]), helper.make_node("MatMul", ["c", "w"], ["y"])]
    made = model(nodes, {"kind": (1, 3), "day": (1, 3)}, ["y"], 11, TABLES)
    for each, kind in zip(made.graph.input, (dtype, TensorProto.INT64)):
        each.type.tensor_type.elem_type = kind
    return made


def below(out):
    interface = json.loads((out / "net" / "interface.json").read_text())
    return [each.get("indices_below") for each in interface["inputs"]]


def test_an_onnx_file_of_small_tables_converts_and_verifies(tmp_path):
    out = tmp_path / "out"
    done = convert(saved(looked_up(), tmp_path / "net.onnx"), out, "--quantize=int8")
    assert done.returncode == 0, done.stderr
    assert below(out) == [2, 7]
    done = run_job("verify", out)
    assert done.returncode == 0, done.stderr


def test_a_users_network_of_small_tables_converts(tmp_path):
    by_command.write_code(tmp_path, {"net.py": CODE})
    done = by_command.convert(tmp_path, "net.py:make", "kind:1,3:int64;day:1,3:int64", "--quantize=none")
    assert done.code == 0, done.said
    assert below(done.out) == [2, 7]


def test_indices_that_are_floats_are_told_of(tmp_path):
    cast = helper.make_node("Cast", ["kind"], ["whole"], to=TensorProto.INT64)
    done = convert(saved(looked_up(cast, dtype=TensorProto.FLOAT), tmp_path / "net.onnx"), tmp_path / "out")
    check(done, 3, "ONNX Runtime does not answer", "whole numbers in the file")
