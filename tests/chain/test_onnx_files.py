"""Networks that come as .onnx files, through the whole job."""
import json
import time

import numpy as np
import onnxruntime
import pytest
from onnx import helper, numpy_helper
from tensorflow.lite.python.interpreter import Interpreter

from tests.chain.test_bad_input import check, convert, files_in, run_job
from tests.onnx_backend.small_models import image_network, linear, model, tensor, with_weight_beside
from tests.onnx_backend.test_branches import branch

STAGES = ["onnxruntime", "onnx", "keras", "saved_model", "tflite.float32", "tflite.dynamic"]


def saved(made, file):
    file.write_bytes(made.SerializeToString())
    return file


def tflite_answer(file, image):
    interpreter = Interpreter(str(file))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


@pytest.mark.parametrize("opset", (7, 8, 9, 10, 12, 15))
def test_every_opset(opset, tmp_path):
    made, out = image_network(opset), tmp_path / "out"
    done = convert(saved(made, tmp_path / "net.onnx"), out)
    assert done.returncode == 0, done.stderr
    report = json.loads((out / "net" / "parity.json").read_text())
    assert [stage["stage"] for stage in report["stages"]] == STAGES
    assert all(stage["passed"] for stage in report["stages"])
    assert report["checkpoint"]["architecture"] == "the file's own graph, opset {}".format(opset)
    assert (report["checkpoint"]["format"], report["checkpoint"]["parameters"]) == ("onnx", 135 + 4 * 5 + 604)
    interface = json.loads((out / "net" / "interface.json").read_text())
    assert [each["name"] for each in interface["inputs"] + interface["outputs"]] == ["image", "score_0"]
    image = np.random.RandomState(3).randn(1, 3, 12, 14).astype(np.float32)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    expected, = session.run(None, {"image": image})
    found = tflite_answer(out / "net" / "net.float32.tflite", image.transpose(0, 2, 3, 1))
    assert np.abs(found - expected).max() < 1e-5 * np.ptp(expected)


def test_what_the_user_says_of_it(tmp_path):
    out = tmp_path / "out"
    done = convert(saved(image_network(9), tmp_path / "net.onnx"), out, "--input-shape=4,3,12,14",
                   "--input-names=picture", "--output-names=label", "--quantize=none")
    assert done.returncode == 0, done.stderr
    interface = json.loads((out / "net" / "interface.json").read_text())
    named = {each["name"]: each["pytorch_shape"] for each in interface["inputs"] + interface["outputs"]}
    assert named == {"picture": [4, 3, 12, 14], "label": [4, 4]}
    check(convert(tmp_path / "net.onnx", out, "--input-shape=1,3,12,15"), 3, "?,3,12,14 in the file", "leaves open")
    check(convert(tmp_path / "net.onnx", out, "--output-names=a,b"), 2, "1 outputs, 2 are named")
    check(convert(tmp_path / "net.onnx", out, "--arch=resnet18"), 2, "net.onnx is a network itself")


def test_double_precision_is_compared_as_it_is(tmp_path):
    out = tmp_path / "out"
    done = convert(saved(linear(9, "float64"), tmp_path / "net.onnx"), out, "--quantize=none")
    assert done.returncode == 0, done.stderr
    report = json.loads((out / "net" / "parity.json").read_text())
    assert report["checkpoint"]["notes"] == [
        "float64 weights became float32, 18 numbers rounded", "float64 inputs became float32"]
    assert 0 < report["stages"][1]["outputs"][0]["max_abs"] < 1e-5


def test_half_precision_is_compared_in_float32_and_that_is_said(tmp_path):
    out = tmp_path / "out"
    done = convert(saved(linear(9, "float16"), tmp_path / "net.onnx"), out, "--quantize=none")
    assert done.returncode == 0, done.stderr
    assert "the reference is the file as it was read, in float32" in done.stderr


def test_weights_beside_the_file_count_as_the_file(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    saved(with_weight_beside(linear(), "w", "net.weights", folder), folder / "net.onnx")
    digests = []
    for change in (0, 1):
        data = bytearray((folder / "net.weights").read_bytes())
        data[6] ^= change
        (folder / "net.weights").write_bytes(bytes(data))
        time.sleep(2.5)  # what has changed just now has no stamp
        done = convert(folder / "net.onnx", out, "--quantize=none")
        assert done.returncode == 0 and "current" not in done.stderr, done.stderr
        digests.append(json.loads((out / "net" / "parity.json").read_text())["checkpoint"]["sha256"])
        again = convert(folder / "net.onnx", out, "--quantize=none")
        assert again.returncode == 0 and "current" in again.stderr, again.stderr
    assert len(set(digests)) == 2


def test_a_form_on_which_onnx_runtime_fails_when_it_runs_is_compared_as_it_was_read(tmp_path):
    """It takes a Reshape with allowzero and a size of -1, and then refuses to run it."""
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["rows"], allowzero=1), helper.make_node("Relu", ["rows"], ["y"])]
    made = model(nodes, {"x": (2, 3, 4)}, ["y"], 14, {"shape": np.array([2, -1], np.int64)})
    done = convert(saved(made, tmp_path / "net.onnx"), tmp_path / "out", "--quantize=none")
    assert done.returncode == 0, done.stderr
    assert "the reference is the file as it was read" in done.stderr and "allow_zero" in done.stderr


def test_weights_of_nan_are_named(tmp_path):
    made = linear()
    weight = made.graph.initializer[0]
    weight.CopyFrom(numpy_helper.from_array(np.full(weight.dims, np.nan, np.float32), weight.name))
    done = convert(saved(made, tmp_path / "net.onnx"), tmp_path / "out")
    check(done, 6, "NaN and 0 infinite values; NaN is in {}\n".format(weight.name), "as training leaves them that diverged")


def test_inspect(tmp_path):
    done = run_job("inspect", saved(image_network(10), tmp_path / "net.onnx"))
    assert done.returncode == 0, done.stderr
    for words in ("net.onnx: onnx, 10 tensors", "float32  5x3x3x3", "input image float32 1x3x12x14",
                  "output score_0 float32 1x4", "nothing stands in the way"):
        assert words in done.stdout


def of_a_rate(folder):
    """A convolution of every second sample or every third, as the rate is 8000 or not, and a number of each sample's own."""
    def strided(step):
        return branch([helper.make_node("Conv", ["x", "k"], ["y"], strides=[step])])

    nodes = [helper.make_node("Equal", ["rate", "slow"], ["is_slow"]),
             helper.make_node("If", ["is_slow"], ["z"], then_branch=strided(2), else_branch=strided(3)),
             helper.make_node("Mul", ["z", "gain"], ["y"])]
    weights = {"slow": np.array(8000), "k": np.random.RandomState(0).randn(4, 2, 3).astype(np.float32)}
    made = model(nodes, {"x": ("N", 2, 15), "gain": (1, 4, 1)}, ["y"], 13, weights)
    made.graph.input.extend([tensor("rate", (), "int64")])
    return saved(made, folder / "net.onnx")


def test_an_input_that_always_has_one_value(tmp_path):
    file, out = of_a_rate(tmp_path), tmp_path / "out"
    check(convert(file, out), 4, "If")
    session, sound = onnxruntime.InferenceSession(str(file)), np.random.RandomState(1).randn(1, 2, 15).astype(np.float32)
    gain = np.float32([[[0.5], [-2], [3], [0.25]]])
    (tmp_path / "net.yaml").write_text("fixed_inputs: {{rate: 8000, gain: {}}}\n".format(gain.tolist()))
    for flags, rate, size in ((), 8000, 7), (["--fixed-inputs={{rate: 16000, gain: {}}}".format(gain.tolist())], 16000, 5):
        done = convert(file, out, *flags)
        assert done.returncode == 0, done.stderr
        interface = json.loads((out / "net" / "interface.json").read_text())
        assert [(each["name"], each["pytorch_shape"]) for each in interface["inputs"]] == [("x", [1, 2, 15])]
        expected, = session.run(None, {"x": sound, "gain": gain, "rate": np.array(rate)})
        ends = interface["inputs"] + interface["outputs"]
        found = tflite_answer(out / "net" / "net.float32.tflite", sound.transpose(ends[0]["permutation"]))
        expected = expected.transpose(ends[1]["permutation"])
        assert found.shape == expected.shape and size in found.shape
        assert np.abs(found - expected).max() < 1e-5 * np.ptp(expected)
        notes = json.loads((out / "net" / "parity.json").read_text())["checkpoint"]["notes"]
        assert notes == ["the input rate always is what --fixed-inputs says: {}".format(rate),
                         "the input gain always is what --fixed-inputs says: 4 numbers"]
    (tmp_path / "net.yaml").write_text("fixed_inputs: {rat: 8000}\n")
    check(convert(file, out), 3, "net.yaml: --fixed-inputs: the file has no input rat", "did you mean rate?")


def hostile(folder):
    """Name -> words of the refusal."""
    whole = image_network(9).SerializeToString()
    outside = with_weight_beside(linear(), "w", "../secret", folder, "../secret").SerializeToString()
    body = helper.make_graph([], "body", [], [])
    other = linear(9)
    other.opset_import[0].version = 29
    choice = model([helper.make_node("If", ["x"], ["y"], name="choice", then_branch=body, else_branch=body)],
                   {"x": (1,)}, ["y"])
    values = model([helper.make_node("NonZero", ["x"], ["y"], name="places")], {"x": (2, 3)}, ["y"])
    return {
        "cut": (whole[:len(whole) // 2], 3, "no ONNX model"), "text": (b"not a network\n" * 9, 3, "no ONNX model"),
        "empty": (b"", 3, "no graph"), "outside": (outside, 3, "points outside the model's folder"),
        "opset": (other.SerializeToString(), 4, "opset 29"),
        "graphs": (choice.SerializeToString(), 4, "If attribute else_branch, a graph of its own, at choice"),
        "values": (values.SerializeToString(), 4, "NonZero at places: the shape of its result depends on values"),
    }


@pytest.mark.parametrize("name", ("cut", "text", "empty", "outside", "opset", "graphs", "values"))
def test_hostile(name, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    content, code, words = hostile(folder)[name]
    (folder / "net.onnx").write_bytes(content)
    check(convert(folder / "net.onnx", out), code, words)
    assert files_in(out) == [".failed/net/parity.json", ".failed/net/report.html",
                             "summary.json"]
    assert json.loads((out / ".failed/net/parity.json").read_text())["first_failure"]["exit_code"] == code
