"""Inputs of integers, and inputs whose first axes differ, through the whole job."""
import numpy as np
import torch
from tensorflow.lite.python.interpreter import Interpreter

from job.modes import NAMES
from tests.chain.two_inputs import Outer, Ranked
from tests.published import convert
from tests.running import CHECKOUT


def _converted(network, shapes, folder):
    torch.save(network.state_dict(), str(folder / "net.pth"))
    code = CHECKOUT / "tests" / "chain" / "two_inputs.py"
    return convert(folder / "net.pth", folder / "out", "--model-code={}:{}".format(code, type(network).__name__),
                   "--input-shape=" + shapes, "--quantize=" + ",".join(NAMES))


def _answers(published, arrays):
    """By name, of the float32 file."""
    file, entry = published.file("float32")
    interpreter = Interpreter(str(published.folder / file))
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], arrays[detail["name"]])
    interpreter.invoke()
    return {detail["name"]: interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()}


def test_integer_input_and_integer_output(tmp_path):
    torch.manual_seed(0)
    network = Ranked()
    published = _converted(network, "ids:3,5:int64;x:3,6", tmp_path)
    assert [each["dtype"] for each in published.interface["inputs"]] == ["int64", "float32"]
    assert [each["dtype"] for each in published.interface["outputs"]] == ["float32", "int64"]
    ids, x = np.random.RandomState(0).randint(0, 20, (3, 5)), np.random.RandomState(1).randn(3, 6).astype(np.float32)
    answers = _answers(published, {"ids": ids, "x": x})
    with torch.no_grad():
        expected = network(torch.from_numpy(ids), torch.from_numpy(x))
    assert np.abs(answers["scores"] - expected["scores"].numpy()).max() < 1e-6
    assert np.array_equal(answers["best"], expected["best"].numpy())
    assert answers["best"].dtype == np.int64


def test_inputs_without_a_batch_in_common(tmp_path):
    torch.manual_seed(0)
    network = Outer()
    published = _converted(network, "a:3,4;b:5", tmp_path)
    assert published.file("saved_model")[1]["batch"]["size"] != "any"
    a, b = (np.random.RandomState(seed).randn(*shape).astype(np.float32) for seed, shape in enumerate([(3, 4), (5,)]))
    with torch.no_grad():
        expected = network(torch.from_numpy(a), torch.from_numpy(b)).numpy()
    answer, = _answers(published, {"a": a, "b": b}).values()
    assert np.abs(answer - expected).max() < 1e-6
