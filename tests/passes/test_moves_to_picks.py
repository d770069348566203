import sys

import numpy as np
import pytest

from job.onnx_model.passes import moves_to_picks
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, whole


def scales(*numbers):
    return {"scales": np.float32(numbers)}


@pytest.mark.parametrize("before, expected", [
    (graph(node("Pad", "x", "y", mode="edge", pads=(0, 0, 1, 0, 0, 0, -2, 3))), ["Gather", "Gather"]),
    (graph(node("Resize", "x scales", "y", mode="nearest"), constants=scales(1, 1, 0.4, 1.7)), ["Gather", "Gather"]),
    (graph(node("Resize", "x scales", "y"), inputs={"x": (2, 5)}, constants=scales(1, 2)), ["Gather"]),
    (graph(node("Resize", "x scales", "y"), inputs={"x": (2, 6, 5)}, constants=scales(1, 1, 2)), ["Gather"]),
    (graph(node("Resize", "x scales", "y"), constants=scales(1, 2, 1, 1)), ["Gather"]),
    (graph(node("MaxPool", "x", "y", kernel_shape=(2, 3), dilations=(3, 2))), ["Gather", "Gather", "MaxPool"]),
    (graph(node("ReverseSequence", "x lengths", "y"), constants={"lengths": whole(2, 1, 2, 2, 1, 1)}),
     ["Reshape", "Gather", "Reshape"]),
    (graph(node("MaxPool", "x", "y", kernel_shape=(2, 3), dilations=(3, 2), pads=(1, 1, 0, 1), strides=(2, 1))),
     ["Gather", "Gather", "MaxPool"]),
    (graph(node("ReverseSequence", "x lengths", "y", time_axis=1, batch_axis=0), constants={"lengths": whole(5, 2)}),
     ["Reshape", "Gather", "Reshape"]),
    (graph(node("Scatter", "x places news", "y", axis=1), inputs={"x": (2, 5), "news": (2, 2)},
           constants={"places": np.array([[1, 4], [0, 3]])}), ["Reshape", "Reshape", "Concat", "Gather", "Reshape"]),
])
def test_picks(before, expected):
    after = moves_to_picks(before)
    assert ops(after) == expected
    assert_same_values(before, after)


@pytest.mark.parametrize("before", [
    graph(node("Pad", "x", "y", mode="reflect", pads=(0, 0, 1, 0, 0, 0, 2, 3))),
    graph(node("Resize", "x scales", "y", mode="nearest"), constants=scales(1, 1, 2, 3)),
    graph(node("Resize", "x scales", "y", mode="linear"), constants=scales(1, 1, 2, 1.7)),
    graph(node("MaxPool", "x", "y", kernel_shape=(2, 3), dilations=(1, 1))),
    graph(node("MaxPool", "x", "y z", kernel_shape=(2, 3), dilations=(2, 1)), outputs="y z"),
    graph(node("Scatter", "x places news", "y"), inputs={"x": (4,), "news": (2,)}, constants={"places": whole(1, 2)})
    ._replace(shapes={"x": (4,)}),
])
def test_what_tensorflow_lite_says_itself_or_nobody_knows_stays(before):
    assert_unchanged(moves_to_picks, before)


@pytest.mark.parametrize("before, count", [
    (graph(node("ReverseSequence", "x lengths", "y", time_axis=1, batch_axis=0), inputs={"x": (2, 5)},
           constants={"lengths": whole(5, 2)}), 10),
    (graph(node("Scatter", "x places news", "y"), inputs={"x": (4,), "news": (2,)},
           constants={"places": whole(1, 2)}), 4)], ids=str)
def test_not_of_more_elements_than_are_numbered_one_by_one(before, count, monkeypatch):
    monkeypatch.setattr(sys.modules[moves_to_picks.__module__], "MOST", count - 1)
    assert_unchanged(moves_to_picks, before)
    monkeypatch.setattr(sys.modules[moves_to_picks.__module__], "MOST", count)
    assert_same_values(before, moves_to_picks(before))
    assert "Gather" in ops(moves_to_picks(before))
