import numpy as np
import pytest

from job.onnx_model.passes import batch_norm_to_affine
from tests.passes.small_graphs import (
    assert_same_values,
    assert_unchanged,
    graph,
    node,
    ops,
    positive,
    weights,
)

NORM = {"gamma": weights(6), "beta": weights(6, seed=3), "mean": weights(6, seed=4), "variance": positive(6)}


def norm(shape=(2, 6, 9, 7), constants=NORM, inputs={}, **attributes):
    return graph(
        node("BatchNormalization", "x gamma beta mean variance", "y", **attributes),
        constants=constants,
        inputs=dict({"x": shape}, **inputs),
    )


@pytest.mark.parametrize("shape", [(3, 6), (2, 6, 5), (2, 6, 9, 7), (2, 6, 4, 5, 3)])
def test_one_scale_and_one_shift_a_channel(shape):
    before = norm(shape)
    after = batch_norm_to_affine(before)
    assert ops(after) == ["Mul", "Add"]
    assert after.constants["y.scale"].shape == (6,) + (1,) * (len(shape) - 2)
    assert_same_values(before, after)


def test_a_large_epsilon_counts():
    before = norm(epsilon=0.5)
    assert_same_values(before, batch_norm_to_affine(before))


def test_the_default_epsilon_is_onnxs():
    tiny = dict(NORM, variance=np.full(6, 1e-5, np.float32))
    before = norm(constants=tiny)
    assert_same_values(before, batch_norm_to_affine(before))


def test_not_with_a_computed_scale():
    constants = {name: value for name, value in NORM.items() if name != "gamma"}
    assert_unchanged(batch_norm_to_affine, norm(constants=constants, inputs={"gamma": (6,)}))
