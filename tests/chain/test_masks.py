"""Networks that answer NaN to some inputs of truth values and whole numbers: masks that hide all, lengths of zero."""
import json

import numpy as np
import onnx
from onnx import helper

from tests.onnx_backend.small_models import model
from tests.running import run_job

WEIGHTS = np.random.RandomState(0).randn(6, 5).astype(np.float32)


def written(path, nodes, inputs, dtypes, constants):
    made = model(nodes, inputs, ["y"], 13, constants)
    for given in made.graph.input:
        given.type.tensor_type.elem_type = dtypes.get(given.name, 1)
    made.graph.output[0].type.tensor_type.elem_type = 1
    onnx.save(made, str(path))
    return path


def test_a_mask_of_what_attention_sees(tmp_path):
    """Where nothing is seen, Softmax has nothing to share out."""
    nodes = [helper.make_node("Where", ["mask", "x", "never"], ["scores"]),
             helper.make_node("Softmax", ["scores"], ["p"], axis=-1),
             helper.make_node("MatMul", ["p", "w"], ["y"])]
    net = written(tmp_path / "net.onnx", nodes, {"x": (1, 6), "mask": (1, 6)}, {"mask": 9}, {
        "never": np.float32(-np.inf), "w": WEIGHTS})
    job = run_job("convert", net, "--output-dir={}".format(tmp_path / "out"))
    assert job.returncode == 0, job.stderr


def test_lengths_lie_where_those_of_the_samples_do(tmp_path):
    nodes = [helper.make_node("Cast", ["length"], ["n"], to=1), helper.make_node("Log", ["n"], ["l"]),
             helper.make_node("Div", ["l", "l"], ["one"]), helper.make_node("MatMul", ["x", "w"], ["h"]),
             helper.make_node("Mul", ["h", "one"], ["y"])]
    net = written(tmp_path / "net.onnx", nodes, {"x": (1, 6), "length": (1, 5)}, {"length": 7}, {"w": WEIGHTS})
    (tmp_path / "samples").mkdir()
    for length in (3, 8):
        np.savez(str(tmp_path / "samples" / "{}.npz".format(length)), x=WEIGHTS[:, :1].T * length, length=np.full((1, 5), length))
    job = run_job("convert", net, "--output-dir={}".format(tmp_path / "out"), "--samples={}".format(tmp_path / "samples"))
    assert job.returncode == 0, job.stderr
    interface = json.loads((tmp_path / "out" / "net" / "interface.json").read_text())
    assert {each["name"]: each.get("values_within") for each in interface["inputs"]}["length"] == [3, 8]


def test_what_a_file_fills_with_nan_is_no_weight_of_a_training_that_diverged(tmp_path):
    nodes = [helper.make_node("ConstantOfShape", ["size"], ["hidden"], value=helper.make_tensor("v", 1, [1], [np.nan])),
             helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Where", ["mask", "h", "hidden"], ["y"])]
    net = written(tmp_path / "net.onnx", nodes, {"x": (1, 6), "mask": (1, 5)}, {"mask": 9}, {
        "size": np.array([1, 5]), "w": WEIGHTS})
    job = run_job("convert", net, "--output-dir={}".format(tmp_path / "out"))
    assert job.returncode == 6 and "NaN" in job.stderr and "diverged" not in job.stderr
