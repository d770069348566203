import numpy as np
import pytest

from job.onnx_model.passes import fold_affine_ahead
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, weights

KERNEL = weights(5, 6, 3, 2)
SCALE, SHIFT = weights(6, 1, 1, seed=4), weights(1, 6, 1, 1, seed=5)


def before_convolution(*steps, outputs="y", kernel=KERNEL, pads=(1, 0, 1, 1), **attributes):
    """Steps such as "Mul scale"; the map is read as x, x0, x1, ..."""
    nodes, name = [], "x"
    for number, step in enumerate(steps):
        op, constant = step.split()
        made = "x{}".format(number)
        nodes.append(node(op, "{} {}".format(name, constant), made))
        name = made
    nodes.append(node("Conv", name + " k b", "y", kernel_shape=kernel.shape[2:], pads=pads, **attributes))
    constants = {
        "k": kernel,
        "b": weights(len(kernel)),
        "scale": SCALE,
        "shift": SHIFT,
        "two": np.array([2.5], np.float32),
        "columns": weights(7),
        "none": np.zeros((6, 1, 1), np.float32),
        "large": np.array(1e4, np.float32),
    }
    return graph(*nodes, outputs=outputs, constants=constants)


@pytest.mark.parametrize(
    "steps, left",
    [
        (["Mul scale"], ["Conv"]),
        (["Mul two"], ["Conv"]),
        (["Mul scale", "Mul two"], ["Conv"]),
        (["Mul scale", "Add shift"], ["Add", "Conv"]),
        (["Mul scale", "Sub shift"], ["Add", "Conv"]),
        (["Add shift", "Mul scale"], ["Add", "Conv"]),
        (["Sub two", "Mul scale"], ["Sub", "Conv"]),
        (["Mul two", "Add shift", "Mul scale"], ["Add", "Conv"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("pads", [(0, 0, 0, 0), (1, 0, 1, 1)], ids=["unpadded", "padded"])
def test_a_scale_moves_into_the_weights(steps, left, pads):
    before = before_convolution(*steps, pads=pads)
    after = fold_affine_ahead(before)
    assert ops(after) == left
    assert_same_values(before, after)


def test_what_is_left_once_a_large_mean_is_taken_off():
    """Of inputs around 10,000 the shift leaves the digits that matter: it is not folded."""
    after = fold_affine_ahead(before_convolution("Sub large", "Mul scale", pads=(0, 0, 0, 0)))
    assert ops(after) == ["Sub", "Conv"] and after.constants["large"] == 1e4


@pytest.mark.parametrize(
    "steps, options",
    [
        (["Add shift"], {}),
        (["Mul columns"], {}),
        (["Mul none", "Add shift"], {}),
        (["Mul scale"], {"outputs": "y x0"}),
        (["Mul scale", "Add shift"], {"outputs": "y x0"}),
        (["Mul scale", "Add shift"], {"outputs": "y x1"}),
        (["Mul scale"], {"kernel": weights(4, 3, 3, 2), "group": 2}),
    ],
    ids=["shift alone", "a number a column", "a scale of 0", "scale read", "scale read, shift", "shift read", "groups"],
)
def test_not_for_others(steps, options):
    assert_unchanged(fold_affine_ahead, before_convolution(*steps, **options))


def test_a_shared_kernel_stays_for_the_other():
    before = graph(
        node("Mul", "x scale", "scaled"),
        node("Conv", "scaled k", "y", kernel_shape=(3, 2)),
        node("Conv", "x k", "z", kernel_shape=(3, 2)),
        outputs="y z",
        constants={"k": KERNEL, "scale": SCALE},
    )
    after = fold_affine_ahead(before)
    assert ops(after) == ["Conv", "Conv"]
    assert_same_values(before, after)


def test_not_where_the_constant_makes_it_larger():
    """One channel becomes six."""
    before = graph(node("Mul", "x scale", "x0"), node("Conv", "x0 k", "y", kernel_shape=(3, 2)), inputs={"x": (2, 1, 9, 7)},
                   constants={"k": KERNEL, "scale": SCALE})
    assert_unchanged(fold_affine_ahead, before)
