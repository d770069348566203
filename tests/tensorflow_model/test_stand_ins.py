"""Kernels that toco was not shown give the very bytes of toco that was, or are shown to it after all."""
import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from graphs_of_modules import frozen
from keras import layers
from own_step import shown_to_toco
from small_models import keras_graph

from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.stand_ins import stand_ins, with_kernels
from job.tensorflow_model.tflite import write_tflite
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
    parts = with_kernels(shown_to_toco(graph, numbers), graph, numbers)
    return parts and b"".join(parts)


@pytest.mark.parametrize("case", ROWS, ids=[case.id for case in ROWS])
def test_rows(case, tmp_path):
    torch.manual_seed(0)
    assert_bytes_of_toco(frozen(case.build(), case.shapes, tmp_path, case.outputs), tmp_path)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name, tmp_path):
    graph = frozen(seeded_module(name, shape=SHAPE), [SHAPE], tmp_path)
    assert len(stand_ins(graph)) == sum(constant.value.ndim > 1 for constant in graph.constants) > 8
    assert stand_in_file(graph) == shown_to_toco(graph)
    assert len(graph.serialized(stand_ins(graph))) < len(graph.serialized()) / 8


def assert_bytes_of_toco(graph, folder):
    write_tflite(graph, "float32", folder / "float32")
    assert (folder / "float32").read_bytes() == shown_to_toco(graph)


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
    assert not stand_ins(graph)
    assert_bytes_of_toco(graph, tmp_path)


def test_equal_kernels_are_kept_once_as_toco_does(tmp_path):
    graph = network(lambda x: layers.add([layers.Conv2D(5, 3)(x), layers.ReLU()(layers.Conv2D(5, 3)(x))]))
    kernels = [name for name in graph.weights if name.endswith("kernel")]
    weights = dict(graph.weights, **{kernels[1]: graph.weights[kernels[0]].copy()})
    same, other = (frozen_graph(each, 1) for each in (graph._replace(weights=weights), graph))
    assert [len(set(stand_ins(each).values())) for each in (same, other)] == [1, 2]
    assert len(stand_in_file(same)) < len(stand_in_file(other))
    assert stand_in_file(same) == shown_to_toco(same)
