"""The noise that layers of quantised files add: a spoilt one is named, and not those that only inherit from it."""
import numpy as np
import pytest
import tensorflow as tf
from int8_files import float32_of, quantised
from small_models import plain_graph

from job.parity.metrics import EXACT_DB
from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.quantised import layer_noise as measuring
from job.tensorflow_model.quantised.int8_ends import with_int8_ends
from job.tensorflow_model.quantised.int8_source import int8_source
from job.tensorflow_model.quantised.layer_noise import layer_noise
from job.tensorflow_model.quantised.ranges import ranges_of
from job.tensorflow_model.tflite import write_tflite

RANDOM = np.random.RandomState(5)
KERNELS = [RANDOM.randn(3, 3, *channels).astype(np.float32) for channels in ((6, 20), (20, 19), (19, 8))]
SAMPLES = [(RANDOM.randn(1, 7, 9, 6).astype(np.float32),) for _ in range(4)]


def network(x, kernels=KERNELS):
    for number, kernel in enumerate(kernels):
        x = tf.nn.relu(tf.nn.conv2d(x, tf.constant(kernel), [1, 1, 1, 1], "SAME"), name="layer{}".format(number))
    return tf.reduce_mean(x, [1, 2]) + x[:, 3, 4]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """float32, dynamic, int8 and int8-io of the same network; and what int8 is made from."""
    folder, graph = tmp_path_factory.mktemp("noise"), frozen_graph(plain_graph(network, [None, 7, 9, 6]), 1)
    for mode in ("float32", "dynamic"):
        write_tflite(graph, mode, folder / mode)
    float32, dynamic = (open_tflite(folder / mode) for mode in ("float32", "dynamic"))
    int8 = quantised(float32, SAMPLES)
    source, _ = int8_source(float32, ranges_of(float32, lambda: SAMPLES))
    return {"float32": float32, "dynamic": dynamic, "source": source, "int8": int8, "int8-io": with_int8_ends(int8)}


def noise(files, mode, content=None):
    return layer_noise(files["source" if mode.startswith("int8") else "float32"], content or files[mode], list(SAMPLES[0]))


def spoilt(file, layer, channel):
    """The file with one channel of that layer's weights a thousand times as large."""
    weights, = [operator.inputs[1] for operator in file.operators
                if file.tensors[operator.outputs[0]].name == layer and operator.name == "CONV_2D"]
    scale = list(file.tensors[weights].scale)
    scale[channel] *= 1000
    return file.with_tensors({weights: file.tensors[weights]._replace(scale=tuple(scale))})


@pytest.mark.parametrize("mode", ["dynamic", "int8", "int8-io"])
def test_every_layer_is_measured(files, mode):
    found = noise(files, mode)
    assert {"layer0", "layer1", "layer2"} <= {each.layer for each in found}
    quiet = [each for each in found if each.layer.startswith("layer")]
    assert all(20 < each.own_snr_db < EXACT_DB and 20 < each.output_snr_db < EXACT_DB for each in quiet)
    whole, = [each.snr_db for each in found if each.layer == "category"]
    together = -10 * np.log10(sum(10 ** (-each.output_snr_db / 10) for each in found))
    assert abs(whole - together) < 6  # noise of many sources adds up in power, where they have nothing to do with one another


def test_an_input_is_measured_where_it_becomes_int8(files):
    ends, = [each for each in noise(files, "int8") if each.layer == "image_array"]
    assert ends.operator == "QUANTIZE" and 35 < ends.own_snr_db == ends.snr_db < 60 and ends.output_snr_db < 60
    assert not [each for each in noise(files, "int8-io") if each.layer == "image_array"]


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("mode", ["int8", "int8-io"])
def test_a_spoilt_layer_is_named_and_those_after_it_are_not(files, mode, number):
    found = noise(files, mode, spoilt(files[mode], "layer{}".format(number), 2))
    assert found[0].layer == "layer{}".format(number) and found[0].own_snr_db < 10 and found[0].output_snr_db < 15
    for each in found[1:]:
        if each.layer.startswith("layer"):
            assert each.own_snr_db > 15 and each.output_snr_db > 15
    after = [each.snr_db for each in found if each.layer.startswith("layer") and int(each.layer[-1]) > number]
    assert all(snr_db < 15 for snr_db in after) and len(after) == 2 - number


def test_a_file_has_no_noise_beside_itself(files):
    found = noise(files, "float32")
    assert {(each.snr_db, each.own_snr_db, each.output_snr_db) for each in found} == {(EXACT_DB,) * 3}
    assert len(found) == len(files["float32"].operators)


def test_channels_that_were_brought_to_like_ranges_are_no_noise(tmp_path):
    uneven = [KERNELS[0] * np.float32(2) ** (np.arange(20, dtype=np.float32) % 7)] + KERNELS[1:]
    float32 = float32_of(lambda x: network(x, uneven), tmp_path)
    int8 = quantised(float32, SAMPLES)
    source, _ = int8_source(float32, ranges_of(float32, lambda: SAMPLES))
    found = {each.layer: each.own_snr_db for each in layer_noise(source, int8, list(SAMPLES[0]))}
    assert min(found[layer] for layer in ("layer0", "layer1", "layer2")) > 20
    assert min(each.own_snr_db for each in layer_noise(float32, int8, list(SAMPLES[0]))) < 15


@pytest.mark.parametrize("mode", ["dynamic", "int8"])
def test_how_many_layers_one_model_has_inputs_for_changes_nothing(files, mode, monkeypatch):
    together = noise(files, mode)
    monkeypatch.setattr(measuring, "_AT_ONCE", 1)
    assert noise(files, mode) == together and len(together) > 3
