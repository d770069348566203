import pytest

from job.onnx_model.passes import pad_into_window
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, weights


def padded(op="Conv", pads=(0, 0, 1, 0, 0, 0, 2, 1), outputs="y", pad_options={}, shape=(2, 6, 9, 7), **attributes):
    attributes.setdefault("kernel_shape", (3, 2))
    constants = {"k": weights(5, 6, *attributes["kernel_shape"])} if op == "Conv" else {}
    return graph(
        node("Pad", "x", "p", pads=pads, **pad_options),
        node(op, "p k" if op == "Conv" else "p", "y", **attributes),
        outputs=outputs,
        inputs={"x": shape},
        constants=constants,
    )


@pytest.mark.parametrize(
    "op, options",
    [
        ("Conv", {}),
        ("Conv", dict(pads=(0, 0, 4, 0, 0, 0, 0, 5), strides=(2, 3), dilations=(2, 1))),
        ("Conv", dict(pad_options=dict(mode="constant", value=0.0))),
        ("AveragePool", dict(pads=(0, 0, 1, 0, 0, 0, 2, 1))),
        ("AveragePool", dict(pads=(0, 0, 2, 1, 0, 0, 2, 1), strides=(2, 2))),
        ("Conv", dict(shape=(2, 6, 11), pads=(0, 0, 1, 0, 0, 2), kernel_shape=(3,))),
        ("AveragePool", dict(shape=(2, 6, 11), pads=(0, 0, 1, 0, 0, 2), kernel_shape=(3,))),
    ],
    ids=str,
)
def test_zeros_around_a_map(op, options):
    before = padded(op, **options)
    after = pad_into_window(before)
    assert ops(after) == [op]
    assert_same_values(before, after)


def test_adds_to_the_layers_own_padding():
    convolution = graph(
        node("Pad", "x", "p", pads=(0, 0, 1, 0, 0, 0, 2, 1)),
        node("Conv", "p k", "y", kernel_shape=(3, 2), pads=(1, 1, 0, 0)),
        constants={"k": weights(5, 6, 3, 2)},
    )
    average = graph(
        node("Pad", "x", "p", pads=(0, 0, 1, 0, 0, 0, 0, 1)),
        node("AveragePool", "p", "y", kernel_shape=(3, 2), pads=(0, 1, 1, 0), count_include_pad=1),
    )
    for before, pads in ((convolution, (2, 1, 2, 1)), (average, (1, 1, 1, 1))):
        after = pad_into_window(before)
        assert len(after.nodes) == 1 and after.nodes[0].attributes["pads"] == pads
        assert_same_values(before, after)


def test_others_keep_the_padded_map():
    before = padded(outputs="y p")
    after = pad_into_window(before)
    assert sorted(ops(after)) == ["Conv", "Pad"] and "x" in after.nodes[-1].inputs
    assert_same_values(before, after)


@pytest.mark.parametrize(
    "op, options",
    [
        ("MaxPool", {}),
        ("Conv", dict(pad_options=dict(value=0.5))),
        ("Conv", dict(pad_options=dict(mode="reflect"))),
        ("Conv", dict(pads=(0, 0, 1, -1, 0, 0, 1, 0))),
        ("Conv", dict(pads=(1, 0, 1, 0, 0, 0, 1, 0))),
        ("AveragePool", dict(pads=(0, 1, 1, 0, 0, 0, 1, 0))),
        ("AveragePool", dict(pads=(0, 0, 3, 0, 0, 0, 0, 0))),
    ],
    ids=str,
)
def test_not_for_others(op, options):
    assert_unchanged(pad_into_window, padded(op, **options))


def test_not_into_a_mean_that_leaves_its_padding_out():
    before = graph(
        node("Pad", "x", "p", pads=(0, 0, 1, 0, 0, 0, 0, 1)),
        node("AveragePool", "p", "y", kernel_shape=(3, 2), pads=(0, 1, 1, 0)),
    )
    assert_unchanged(pad_into_window, before)
