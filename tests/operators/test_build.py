"""A network that was built for one checkpoint of a batch is not walked again for the next, and is what it would be."""
import tempfile

import numpy as np
import pytest

from job.keras_model import build
from job.keras_model.build import keras_model, plan_of
from job.keras_model.walk import keras_model_from_onnx
from job.processes.shared_values import Known
from tests.operators.conversion import check_same_build
from tests.passes.small_graphs import drawn, graph, node, whole

SHAPES = dict(w=(4, 6, 3, 3), b=(4,), v=(5, 4, 1, 1))


def two_convs(seed=0, **others):
    constants = drawn(**SHAPES)
    constants = {name: value * np.float32(1 + seed) for name, value in constants.items()}
    return graph(node("Conv", "x w b", "m"), node("Relu", "m", "r"), node("Conv", "r v", "c"), node("Mul", "c s", "y"),
                 constants=dict({**constants, "s": np.array([3], np.float32)}, **others))


@pytest.fixture
def known():
    with tempfile.TemporaryFile(buffering=0) as file:
        yield Known(file)


@pytest.fixture
def walks(monkeypatch):
    """How often a network was walked."""
    counted = []

    def counting(walk):
        def walked(graph):
            counted.append(graph)
            return walk(graph)
        return walked

    monkeypatch.setattr(build, "walked", counting(build.walked))
    monkeypatch.setattr(build, "keras_model_from_onnx", counting(build.keras_model_from_onnx))
    return counted


def test_other_weights_are_not_walked_again(known, walks):
    for seed in range(3):
        of = two_convs(seed)
        check_same_build(keras_model(of, known), keras_model_from_onnx(of))
    assert len(walks) == 1


def test_alone_nothing_is_kept(walks):
    for seed in range(2):
        of = two_convs(seed)
        check_same_build(keras_model(of), keras_model_from_onnx(of))
    assert len(walks) == 2


@pytest.mark.parametrize("other", [
    two_convs(s=np.array([4], np.float32)), two_convs(s=np.array([3, 4, 5, 6, 7], np.float32).reshape(5, 1, 1)),
    two_convs(w=np.zeros((4, 6, 3, 1), np.float32)), two_convs()._replace(outputs=("c",)),
    two_convs()._replace(inputs=("x", "z"), shapes=dict(two_convs().shapes, z=(1, 2)),
                         dtypes=dict(two_convs().dtypes, z="float32")),
], ids=["a number", "its shape", "a kernel's shape", "an output", "an input"])
def test_another_network_is_another(known, walks, other):
    keras_model(two_convs(), known)
    check_same_build(keras_model(other, known), keras_model_from_onnx(other))
    assert len(walks) == 2


def test_a_constant_that_is_read_in_two_ways_is_no_weight_alone():
    def of(scale):
        tied = scale * drawn(w=(1, 6, 1, 1))["w"]
        return graph(node("Conv", "x w", "c"), node("Add", "c w", "y"), constants={"w": tied})

    for scale in (np.float32(1), np.float32(2)):
        assert build._weights_of(of(scale)) == []
        assert build._all_but_weights(of(scale)) is None


def test_a_walk_that_looks_at_a_weight_makes_no_plan(known, walks):
    """A kernel with holes is made of another: with each checkpoint anew."""
    def of(seed):
        return graph(node("Conv", "x w", "y", group=6, strides=(2, 2), dilations=(2, 2), kernel_shape=(3, 3)),
                     constants={"w": drawn(w=(6, 1, 3, 3))["w"] * np.float32(1 + seed)})
    assert plan_of(of(0)) is None
    for seed in range(3):
        check_same_build(keras_model(of(seed), known), keras_model_from_onnx(of(seed)))
    assert len(walks) == 1 + 1 + 3


def test_constants_that_are_trained_too_are_in_no_plan():
    of = two_convs()
    many = dict(of.constants, s=np.ones(2 ** 14 + 1, np.float32))
    assert build._all_but_weights(of) and build._all_but_weights(of._replace(constants=many)) is None


def test_a_network_without_weights(known, walks):
    of = graph(node("Relu", "x", "r"), node("Reshape", "r s", "y"), constants={"s": whole(-1, 6, 63)})
    check_same_build(keras_model(of, known), keras_model_from_onnx(of))
    assert len(walks) == 1


def test_where_there_are_not_so_many_addresses(known, monkeypatch):
    def refused(*_):
        raise OSError(12, "Cannot allocate memory")
    monkeypatch.setattr(build, "Unseen", refused)
    check_same_build(keras_model(two_convs(), known), keras_model_from_onnx(two_convs()))
