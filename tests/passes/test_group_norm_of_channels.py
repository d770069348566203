import numpy as np
import pytest

from job.onnx_model.passes import group_norm_of_channels
from tests.passes.small_graphs import MAP, assert_same_values, assert_unchanged, graph, node, ops, weights

PLAIN = {"scale": np.ones(2, np.float32), "bias": np.zeros(2, np.float32)}


def normed(groups, shape=MAP, constants={}, back=None, **kwargs):
    """A group norm as exporters of newer PyTorch say it."""
    given = {"rows": np.array([shape[0], groups, -1]), "map": np.array(back or shape), "scale": weights(groups),
             "bias": weights(groups, seed=2)}
    return graph(node("Reshape", "x rows", "grouped"), node("InstanceNormalization", "grouped scale bias", "norm"),
                 node("Reshape", "norm map", "y"), constants=dict(given, **constants), inputs={"x": shape}, **kwargs)


@pytest.mark.parametrize("groups", (1, 2, 3, 6))
@pytest.mark.parametrize("shape", (MAP, MAP[:3]), ids=str)
def test_no_rows_are_left(groups, shape):
    before = normed(groups, shape)
    after = group_norm_of_channels(before)
    assert "Reshape" not in ops(after) and ops(after).count("Conv") == (0 if groups in (1, 6) else 2)
    assert_same_values(before, after)


def test_a_scale_of_ones_is_none():
    before = normed(2, constants=PLAIN)
    after = group_norm_of_channels(before)
    assert ops(after)[-1] == "Div"
    assert_same_values(before, after)


def test_of_volumes_only_all_channels_together():
    volume = (2, 6, 3, 4, 5)
    assert_unchanged(group_norm_of_channels, normed(2, volume))
    assert "Reshape" not in ops(group_norm_of_channels(normed(1, volume)))


def test_not_where_it_becomes_another_map():
    assert_unchanged(group_norm_of_channels, normed(2, back=MAP[:2] + MAP[:1:-1]))


def test_not_where_the_rows_are_read_too():
    assert_unchanged(group_norm_of_channels, normed(2, outputs="y norm"))


def test_not_groups_of_other_than_channels():
    """Twelve rows of two images: each a group of half a channel."""
    assert_unchanged(group_norm_of_channels, normed(12, (2, 6, 4, 4), {"scale": weights(12), "bias": weights(12)}))
