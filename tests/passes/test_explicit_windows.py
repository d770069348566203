import pytest

from job.onnx_model.passes import explicit_windows
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, weights

WINDOW = {"kernel_shape": (3, 2), "strides": (2, 2)}


@pytest.mark.parametrize("rule, pads", [("SAME_UPPER", (1, 0, 1, 1)), ("SAME_LOWER", (1, 1, 1, 0)), ("VALID", (0,) * 4)])
def test_padding_by_rule(rule, pads):
    before = graph(node("MaxPool", "x", "y", auto_pad=rule, **WINDOW))
    after = explicit_windows(before)
    assert after.nodes[0].attributes == dict(WINDOW, pads=pads)
    assert_same_values(before, after)


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
def test_ceil_mode_pads_the_end(op):
    before = graph(node(op, "x", "y", ceil_mode=1, pads=(0, 1, 0, 0), kernel_shape=(4, 3), strides=(3, 2)))
    after = explicit_windows(before)
    assert after.nodes[0].attributes["pads"] == (0, 1, 1, 1) and "ceil_mode" not in after.nodes[0].attributes
    assert_same_values(before, after)


def test_the_size_asked_for():
    before = graph(node("ConvTranspose", "x k", "y", strides=(2, 3), output_shape=(20, 20)),
                   constants={"k": weights(6, 4, 3, 2)})
    after = explicit_windows(before)
    assert after.nodes[0].attributes == {"strides": (2, 3), "pads": (0, 0, 0, 0), "output_padding": (1, 0)}
    assert_same_values(before, after)


@pytest.mark.parametrize("attributes", [
    {}, {"pads": (1, 0, 1, 1)}, {"ceil_mode": 1, "count_include_pad": 1, "pads": (1, 0, 0, 0)},
    {"ceil_mode": 1, "count_include_pad": 1, "pads": (1, 0, 1, 0)}])
def test_what_is_explicit_or_counts_its_padding_stays(attributes):
    assert_unchanged(explicit_windows, graph(node("AveragePool", "x", "y", **dict(WINDOW, **attributes))))


def test_ceil_mode_that_adds_nothing_goes():
    """As of a ResNet-D's pools on even sizes, which count a padding that they do not have."""
    attributes = dict(WINDOW, count_include_pad=1, pads=(1, 0, 1, 1))
    before = graph(node("AveragePool", "x", "y", ceil_mode=1, **attributes))
    after = explicit_windows(before)
    assert after.nodes[0].attributes == attributes
    assert_same_values(before, after)


@pytest.mark.parametrize("rule, pads", [("SAME_UPPER", (1, 0, 0, 0)), ("SAME_LOWER", (0, 0, 1, 0))])
def test_a_transposed_convolution_by_rule(rule, pads):
    """ONNX says of it the other way round than of other windows which end the odd one is at."""
    before = graph(node("ConvTranspose", "x k", "y", strides=(2, 2), auto_pad=rule), constants={"k": weights(6, 4, 3, 2)})
    before = before._replace(shapes=dict(before.shapes, y=(2, 4, 18, 14)))
    after = explicit_windows(before)
    assert after.nodes[0].attributes == {"strides": (2, 2), "pads": pads, "output_padding": (0, 0)}
    assert_same_values(before, after)


@pytest.mark.parametrize("pads", [(1, 0, 2, 2), (0, 1, 1, 3), None], ids=str)
@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
def test_ceil_mode_takes_no_padding_away(op, pads):
    attributes = dict(ceil_mode=1, kernel_shape=(5, 5), strides=(2, 3), **({"pads": pads} if pads else {}))
    before = graph(node(op, "x", "y", **attributes))
    after = explicit_windows(before)
    begin, end = (pads[:2], pads[2:]) if pads else ((0, 0), (0, 0))
    written = after.nodes[0].attributes["pads"]
    assert written[:2] == begin and all(new >= old for new, old in zip(written[2:], end))
    assert_same_values(before, after)
