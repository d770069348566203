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


def test_not_in_training():
    """The statistics of the batch are outputs too."""
    before = norm()
    training = before.nodes[0]._replace(outputs=("y", "batch_mean", "batch_variance"))
    assert_unchanged(batch_norm_to_affine, before._replace(nodes=(training,)))
    assert_unchanged(batch_norm_to_affine, before._replace(nodes=(training._replace(outputs=("y", "batch_mean")),)))


def test_the_scale_is_rounded_once():
    """Worked out in double precision."""
    gamma, variance = np.float32([1 / 3, 0.1, 7e-3, 3.3, 12.7, 1e3]), np.float32([1e-3, 0.7, 1e2, 3e-7, 5.1, 0.3])
    after = batch_norm_to_affine(norm(constants=dict(NORM, gamma=gamma, variance=variance)))
    exact = gamma.astype(np.float64) / np.sqrt(variance.astype(np.float64) + 1e-5)
    assert np.array_equal(after.constants["y.scale"].ravel(), exact.astype(np.float32))
    shift = NORM["beta"].astype(np.float64) - NORM["mean"].astype(np.float64) * exact
    assert np.array_equal(after.constants["y.shift"].ravel(), shift.astype(np.float32))
