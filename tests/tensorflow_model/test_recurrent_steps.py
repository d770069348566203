"""Steps of recurrent layers: a loop in the SavedModel, operators one after another in a .tflite, weights once in both."""
from collections import Counter

import numpy as np
import pytest
import torch
from graphs_of_modules import frozen
from torch import nn

from job.keras_model.walk import keras_model_from_onnx
from job.tensorflow_model.flatbuffer.tflite_file import BIAS, WEIGHTS, open_tflite
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.quantised import step_biases
from job.tensorflow_model.quantised.int8 import int8_from_float32
from job.tensorflow_model.quantised.int8_source import int8_source, shown_to_samples
from job.tensorflow_model.quantised.layer_noise import layer_noise
from job.tensorflow_model.quantised.ranges import ranges_of
from job.tensorflow_model.runners import KerasRunner, SavedModelRunner, TFLiteRunner
from job.tensorflow_model.saved_model import write_saved_model
from job.tensorflow_model.tflite import write_tflite
from tests.operators.case import drawn
from tests.operators.conversion import exported, tensor_facts, written_and_read

LENGTH, HIDDEN = 40, 6


class LastOf(nn.Module):
    def __init__(self, build, **kwargs):
        super().__init__()
        self.layer = build(4, HIDDEN, batch_first=True, **kwargs)

    def forward(self, x):
        return self.layer(x)[0][:, -1]


def network(build, **kwargs):
    torch.manual_seed(3)
    return drawn(LastOf, build, **kwargs)().eval()


def written(build, folder, mode="float32", **kwargs):
    made = frozen(network(build, **kwargs), [(1, LENGTH, 4)], folder)
    write_tflite(made, mode, folder / "made.tflite")
    return made, open_tflite(folder / "made.tflite")


def of_steps(file):
    """The recurrent products, and no others."""
    times = file.times_read()
    return [each for each in file.operators if each.name == "FULLY_CONNECTED" and times[each.inputs[WEIGHTS]] > 1]


@pytest.mark.parametrize("build, products", [(nn.RNN, 1), (nn.GRU, 2), (nn.LSTM, 1)])
def test_toco_sees_no_loop_and_no_weights_of_its_steps(build, products, tmp_path):
    made, file = written(build, tmp_path)
    assert not {"Enter", "Exit", "Merge", "NextIteration", "Switch", "TensorArrayV3"}.intersection(
        node.op for node in made.nodes.node)
    assert [each.value.shape for each in made.constants if each.value.ndim == 2] == [(products_of(build) * HIDDEN, 4)]
    assert not any(each.name.startswith("CUSTOM") for each in file.operators)
    assert len({each.inputs[WEIGHTS] for each in of_steps(file)}) == products
    assert len(of_steps(file)) == products * (LENGTH - 1)  # the first step's state is zeros


def products_of(build):
    return {nn.RNN: 1, nn.GRU: 3, nn.LSTM: 4}[build]


@pytest.mark.parametrize("build", [nn.RNN, nn.GRU, nn.LSTM])
def test_a_second_run_begins_anew(build, tmp_path):
    written(build, tmp_path)
    random = np.random.RandomState(5)
    x, other = (random.randn(1, LENGTH, 4).astype(np.float32) for _ in range(2))
    with TFLiteRunner(tmp_path / "made.tflite") as run:
        first, _, again = run(x), run(other), run(x)
    with torch.no_grad():
        wanted = network(build)(torch.from_numpy(x)).numpy()
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_allclose(first[0], wanted, atol=1e-5)


def test_a_network_of_several_loops_has_the_weights_of_each_once(tmp_path):
    _, file = written(nn.LSTM, tmp_path, num_layers=2, bidirectional=True)
    weights = {each.inputs[WEIGHTS] for each in of_steps(file)}
    assert len(weights) == 4 and Counter(file.tensors[index].shape for index in weights) == {(4 * HIDDEN, HIDDEN): 4}


@pytest.mark.parametrize("mode", ["float32", "dynamic", "float16"])
def test_xnnpack_is_not_told_that_biases_of_steps_are_constant(mode, tmp_path):
    """Else it would pack a copy of the weights for each step: gigabytes of a layer of some hundred features."""
    _, file = written(nn.GRU, tmp_path, mode)
    assert of_steps(file) and not any(len(file.tensors[each.inputs[BIAS]].content) for each in of_steps(file))


def samples():
    random = np.random.RandomState(7)
    return [(random.randn(1, LENGTH, 4).astype(np.float32),) for _ in range(6)]


def int8_of(float32):
    """The file, and what it is made from."""
    shown = shown_to_samples(float32)
    seen = ranges_of(shown, samples)
    return int8_from_float32(shown, seen, samples), int8_source(shown, seen)[0]


def test_the_noise_of_each_step_is_told(tmp_path, monkeypatch):
    """Its bias is computed in int8, of whole numbers, and a constant in float32."""
    monkeypatch.setattr(step_biases, "MOST_PACKED", 0)
    int8, source = int8_of(written(nn.GRU, tmp_path)[1])
    told = {each.layer for each in layer_noise(source, int8, samples()[0])}
    assert {name.split("/")[1] for name in told if name.endswith("/tanh_1")} == set(map(str, range(LENGTH)))


def test_layers_that_no_output_needs_are_not_asked_of_a_saved_model(tmp_path):
    inputs = [tensor_facts("x", (1, LENGTH, 4))]
    graph = written_and_read(exported(network(nn.LSTM), inputs, ["y"]), tmp_path)
    model = keras_model_from_onnx(graph)
    write_saved_model(model.network, tmp_path / "saved")
    names = sorted({name.split(":")[0] for name, _ in model.tensors.values()})
    with KerasRunner(model.network) as run:
        whole = run.inner_values(samples()[0], names)
    with SavedModelRunner(tmp_path / "saved", ["x"], ["y"]) as run:
        found = run.inner_values(samples()[0], names)
    assert set(found) < set(whole) == set(names)
    for name, value in found.items():
        np.testing.assert_allclose(value, whole[name], atol=1e-6)


@pytest.mark.parametrize("most_packed", [0, step_biases.MOST_PACKED])
@pytest.mark.parametrize("build", [nn.RNN, nn.GRU, nn.LSTM])
def test_int8_has_the_weights_of_steps_once(build, most_packed, tmp_path, monkeypatch):
    monkeypatch.setattr(step_biases, "MOST_PACKED", most_packed)
    _, float32 = written(build, tmp_path)
    int8, _ = int8_of(float32)
    steps = [each for each in of_steps(int8) if int8.tensors[each.inputs[WEIGHTS]].dtype == "int8"]
    assert len(steps) == len(of_steps(float32)) and len({each.inputs[WEIGHTS] for each in steps}) <= 2
    assert {bool(len(int8.tensors[each.inputs[BIAS]].content)) for each in steps} == {bool(most_packed)}
    assert not any(each.name in ("FULLY_CONNECTED", "TANH", "MUL") and int8.tensors[each.outputs[0]].dtype == "float32"
                   for each in int8.operators)
    (tmp_path / "int8.tflite").write_bytes(tflite_bytes(int8))
    with TFLiteRunner(tmp_path / "int8.tflite") as run, TFLiteRunner(tmp_path / "made.tflite") as exact:
        noise = np.concatenate([run(*each)[0] - exact(*each)[0] for each in samples()])
        signal = np.concatenate([exact(*each)[0] for each in samples()])
    assert 10 * np.log10(np.square(signal).sum() / np.square(noise).sum()) > 15
