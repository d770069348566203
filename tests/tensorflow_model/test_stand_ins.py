"""Kernels that toco was not shown give the very bytes of toco that was, or are shown to it after all."""
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from graphs_of_modules import frozen
from keras import layers
from own_step import shown_to_toco
from small_models import keras_graph

from job.processes.shared_values import shared
from job.tensorflow_model import tflite
from job.tensorflow_model.flatbuffer.tflite_file import parse_tflite
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.matrix_products import with_matrix_products
from job.tensorflow_model.plumbing.without_plumbing import without_plumbing
from job.tensorflow_model.stand_ins import stand_ins, template_of
from job.tensorflow_model.tflite import write_tflite
from job.tensorflow_model.unrolled import unrolled
from tests.models import seeded_module
from tests.operators.test_operators import CASES

NETWORKS = ("mobilenet_v2", "resnet18", "shufflenet_v2_x0_5", "densenet121", "vgg11")
SHAPE = (1, 3, 96, 64)


def has_weights(case) -> bool:
    module = None if case.refused else case.build()
    return isinstance(module, torch.nn.Module) and any(value.dim() > 1 for value in module.state_dict().values())


ROWS = [case for case in CASES if has_weights(case)]


def stand_in_file(graph):
    """The file's bytes; None where toco has to see the kernels."""
    numbers = stand_ins(graph)
    template = template_of(shown_to_toco(graph, numbers), graph, numbers)
    return template and b"".join(template.file(graph.constants))


@pytest.mark.parametrize("case", ROWS, ids=[case.id for case in ROWS])
def test_rows(case, tmp_path):
    torch.manual_seed(0)
    assert_bytes_of_toco(frozen(case.build(), case.shapes, tmp_path, case.outputs), tmp_path)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name, tmp_path):
    graph = frozen(seeded_module(name, shape=SHAPE), [SHAPE], tmp_path)
    assert len(stand_ins(graph)) == len(graph.constants) > 8
    assert stand_in_file(graph) == shown_to_toco(graph)
    assert len(graph.serialized(stand_ins(graph))) < len(graph.serialized()) / 8


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "densenet121"])  # its scales are not its layers'
def test_a_template_holds_for_other_weights(name, tmp_path, monkeypatch):
    one, other = (frozen(seeded_module(name, seed, SHAPE), [SHAPE], tmp_path) for seed in (0, 1))
    known, then = shared(), (tmp_path / "one", tmp_path / "other")
    expected = [shown_to_toco(each) for each in (one, other)]
    write(one, then[0], known)
    monkeypatch.setattr(tflite, "TocoConvert", None)
    write(other, then[1], known)
    assert [file.read_bytes() for file in then] == expected


@pytest.mark.parametrize("values", [np.zeros(5), np.ones(5), np.full(5, -0.0)])
def test_a_bias_that_toco_may_drop_is_told_apart(values, tmp_path):
    graph = network(lambda x: layers.Activation("tanh")(layers.Conv2D(5, 3)(x)))
    bias, = (name for name in graph.weights if name.endswith("bias"))
    other = graph._replace(weights=dict(graph.weights, **{bias: values.astype(np.float32)}))
    one, other = (frozen_graph(each, 1) for each in (graph, other))
    known = shared()
    write(one, tmp_path / "one", known)
    write(other, tmp_path / "other", known)
    assert bias in stand_ins(one) and bias not in stand_ins(other)
    assert (tmp_path / "other").read_bytes() == shown_to_toco(other)


def test_that_toco_has_to_see_the_weights_is_known_too(tmp_path):
    graph = frozen_graph(network(folded_into_the_layer_before), 1)
    known = shared()
    for _ in range(2):
        write(graph, tmp_path / "m", known)
        assert (tmp_path / "m").read_bytes() == shown_to_toco(graph)
    assert [pickle.loads(value) for value in known._kept().values.values()] == [None]


def write(graph, file, known):
    step, = tflite.tflite_steps(graph, {"float32": file}, known=known)
    step.write()


def assert_bytes_of_toco(graph, folder):
    write_tflite(graph, "float32", folder / "float32")
    whole = parse_tflite(shown_to_toco(graph))
    simpler = without_plumbing(with_matrix_products(unrolled(whole, graph.loops) if graph.loops else whole))
    assert (folder / "float32").read_bytes() == (shown_to_toco(graph) if simpler is whole else tflite_bytes(simpler))


def network(build):
    """Of a function of an image, its weights random."""
    def model():
        image = layers.Input((7, 9, 4), name="image")
        return keras.Model([image], [build(image)])
    return keras_graph(model, ["category"])


def folded_into_the_layer_before(x):
    factors = np.arange(1, 7, dtype=np.float32)
    return layers.Lambda(lambda t: t * tf.constant(factors))(layers.Conv2D(6, 3)(x))


def folded_into_the_layer_after(x):
    return layers.Conv2D(5, 3)(layers.Lambda(lambda t: tf.nn.relu(t) * 0.25)(x))


def folded_into_the_bias_of_the_layer_after(x):
    return layers.Conv2D(5, 3)(layers.Lambda(lambda t: t + 3.0)(x))


@pytest.mark.parametrize("build", [
    folded_into_the_layer_before, folded_into_the_layer_after, folded_into_the_bias_of_the_layer_after])
def test_where_toco_computes_with_kernels_it_is_shown_them(build, tmp_path):
    graph = frozen_graph(network(build), 1)
    assert stand_ins(graph) and stand_in_file(graph) is None
    assert_bytes_of_toco(graph, tmp_path)


def test_a_kernel_that_something_else_reads_is_shown(tmp_path):
    def build(x):
        layer = layers.Conv2D(5, 3)
        return layers.Lambda(lambda t: t * tf.reduce_mean(layer.kernel + tf.reduce_mean(t)))(layer(x))
    graph = frozen_graph(network(build), 1)
    assert stand_ins(graph) and not any(name.endswith("kernel") for name in stand_ins(graph))
    assert_bytes_of_toco(graph, tmp_path)


def test_equal_kernels_are_kept_once_as_toco_does(tmp_path):
    graph = network(lambda x: layers.add([layers.Conv2D(5, 3)(x), layers.ReLU()(layers.Conv2D(5, 3)(x))]))
    kernels = [name for name in graph.weights if name.endswith("kernel")]
    weights = dict(graph.weights, **{kernels[1]: graph.weights[kernels[0]].copy()})
    same, other = (frozen_graph(each, 1) for each in (graph._replace(weights=weights), graph))
    assert [len({stand_ins(each)[name] for name in kernels}) for each in (same, other)] == [1, 2]
    assert len(stand_in_file(same)) < len(stand_in_file(other))
    assert stand_in_file(same) == shown_to_toco(same)


class Scaled(torch.nn.Module):
    """By one number of as many channels as a bias has."""

    def __init__(self, number):
        super().__init__()
        self.layer, self.number = torch.nn.Conv2d(3, 8, 3), number

    def forward(self, x):
        return torch.tanh(self.layer(x)) * torch.full((1, 8, 1, 1), self.number)


@pytest.mark.parametrize("step", range(1, 4))
def test_a_constant_that_is_just_the_number_that_stands_for_a_bias_stays(step, tmp_path):
    assert_bytes_of_toco(frozen(Scaled(1 + step * 2.0 ** -20), [SHAPE], tmp_path), tmp_path)
