import numpy as np
import pytest

from job.onnx_model.passes import linear_resize
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops


def resize(mode, *scales):
    return graph(node("Resize", "x scales", "y", mode=mode), constants={"scales": np.float32(scales)})


@pytest.mark.parametrize("scales, axes", [((1, 1, 0.6, 1), 1), ((1, 1, 1.3, 1.7), 2)])
def test_two_neighbours_for_each_axis(scales, axes):
    before = resize("linear", *scales)
    after = linear_resize(before)
    assert ops(after) == ["Gather", "Mul", "Gather", "Mul", "Add"] * axes
    assert_same_values(before, after)


@pytest.mark.parametrize("mode, scales", [("linear", (1, 1, 2, 3)), ("nearest", (1, 1, 0.6, 1))])
def test_what_tensorflow_lite_interpolates_itself_stays(mode, scales):
    assert_unchanged(linear_resize, resize(mode, *scales))


def test_not_along_channels():
    """TensorFlow Lite interpolates rows and columns; ONNX Runtime nothing else either, so values cannot be compared."""
    after = linear_resize(resize("linear", 1, 2, 1, 1))
    assert ops(after) == ["Gather", "Mul", "Gather", "Mul", "Add"]
