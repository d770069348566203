"""What a converter says of its result: whether it may be negative, and what ties the batch."""
import numpy as np
import pytest
import tensorflow as tf

from job.keras_model.operators import CONVERTERS
from job.keras_model.preflight import operator_of
from job.keras_model.unset_weights import unset_weights
from job.onnx_model.graph import View
from tests.operators.activations import counted, fed
from tests.passes.small_graphs import graph, node, whole

MAP, VOLUME = (2, 6, 9, 7), (2, 3, 4, 5, 7)
PLUS, MINUS = np.full((6, 1, 1), 0.5, np.float32), np.full((6, 1, 1), -0.5, np.float32)
EACH = np.arange(12, dtype=np.float32).reshape(2, 6, 1, 1)  # a number for each channel of each of the batch


@pytest.fixture(autouse=True)
def in_a_graph():
    with tf.Graph().as_default(), unset_weights():
        yield


def results(op, inputs, positive="", constants={}, outputs="y", shapes={}, **attributes):
    """The Activations of one node. Inputs are maps of an open batch, but for those that have a shape."""
    names = inputs.split()
    sizes = {name: shapes.get(name, MAP) for name in dict.fromkeys(names) if name not in constants}
    of = graph(node(op, inputs, outputs, **attributes), outputs=outputs, constants=constants, inputs=sizes)
    given = {name: fed(counted(*size), open_batch=bool(size), nonnegative=name in positive.split()).x
             for name, size in sizes.items()}
    made = CONVERTERS[op].convert(operator_of(of.nodes[0], View(of)), *({**given, **constants}[name] for name in names))
    return made if isinstance(made, tuple) and not hasattr(made, "tensor") else (made,)


SIGNS = [  # op, inputs, those that are not negative, constants, attributes -> whether the result cannot be negative
    *[(op, "x", "", {}, {}, True) for op in ("Relu", "Sigmoid", "Exp", "Sqrt", "Abs", "Softplus", "HardSigmoid", "Softmax")],
    *[(op, "x", "x", {}, {}, False) for op in (
        "Tanh", "Log", "Neg", "Floor", "Ceil", "Sin", "Cos", "Reciprocal", "LeakyRelu", "Elu", "Selu", "LogSoftmax")],
    ("LeakyRelu", "x", "x", {}, {"alpha": 1.5}, False), ("PRelu", "x c", "x", {"c": PLUS}, {}, False),
    ("Clip", "x", "", {}, {"min": 0.0}, True), ("Clip", "x", "", {}, {"min": -0.5}, False),
    ("Clip", "x", "", {}, {"max": 1.0}, False),
    *[(op, "x z", "x z", {}, {}, op in ("Add", "Mul", "Max", "Sum")) for op in (
        "Add", "Mul", "Max", "Sum", "Sub", "Min", "Div", "Pow", "Mod")],
    *[(op, inputs, positive, {}, {}, False) for op in ("Add", "Mul", "Max", "Sum")
      for inputs, positive in (("x z", "x"), ("x z", "z"))],
    *[(op, inputs, "x", {"c": constant}, {}, not np.any(constant < 0)) for op in ("Add", "Mul", "Max")
      for inputs in ("x c", "c x") for constant in (PLUS, MINUS, 0 * PLUS)],
    ("Sub", "c x", "x", {"c": PLUS}, {}, False), ("Sub", "x c", "x", {"c": PLUS}, {}, False),
    ("Sum", "x z w", "x z w", {}, {}, True), ("Sum", "x z w", "x z", {}, {}, False), ("Sum", "x z w", "z w", {}, {}, False),
    *[(op, inputs, "x", constants, attributes, True) for op, inputs, constants, attributes in (
        ("Identity", "x", {}, {}), ("Cast", "x", {}, {"to": 1}), ("LRN", "x", {}, {"size": 3}),
        ("Transpose", "x", {}, {"perm": (0, 2, 1, 3)}), ("Reshape", "x s", {"s": whole(2, 54, 7)}, {}),
        ("Concat", "x x", {}, {"axis": 1}), ("Gather", "x i", {"i": whole(1, 0)}, {"axis": 1}),
        ("Slice", "x s e a", {"s": whole(1), "e": whole(3), "a": whole(1)}, {}), ("Tile", "x t", {"t": whole(1, 2, 1, 3)}, {}),
        ("Pad", "x", {}, {"pads": (0, 0, 1, 0, 0, 0, 0, 2)}), ("Gather", "x i", {"i": np.array(1)}, {"axis": 1}),
        ("ReduceMean", "x", {}, {"axes": (2,)}), ("ReduceMax", "x", {}, {"axes": (2,), "keepdims": 0}),
        ("MaxPool", "x", {}, {"kernel_shape": (2, 2)}), ("AveragePool", "x", {}, {"kernel_shape": (2, 2)}))],
    ("Concat", "x z", "x z", {}, {"axis": 1}, True), ("Concat", "x z", "x", {}, {"axis": 1}, False),
    ("Concat", "x z", "z", {}, {"axis": 1}, False), ("Concat", "x c", "x", {"c": counted(*MAP)}, {"axis": 1}, False),
    ("Pad", "x", "x", {}, {"pads": (0, 0, 1, 0, 0, 0, 0, 2), "value": -1.0}, False),
    ("Pad", "x", "x", {}, {"pads": (0, 0, 1, 0, 0, 0, 0, 2), "value": 1.0}, True),
    ("Pad", "x", "x", {}, {"pads": (0, 0, 1, 0, 0, 0, 0, 2), "value": -1.0, "mode": "reflect"}, True),
    ("Conv", "x w", "x", {"w": counted(4, 6, 3, 3)}, {}, False), ("MatMul", "x w", "x", {"w": counted(7, 4)}, {}, False),
    ("ConvTranspose", "x w", "x", {"w": counted(6, 4, 3, 3)}, {}, False),
    ("ArgMax", "x", "", {}, {"axis": 1}, True), ("ArgMin", "x", "", {}, {"axis": 1}, True),
]


@pytest.mark.parametrize("row", SIGNS, ids=["{} {}, {}".format(place, row[0], row[-1]) for place, row in enumerate(SIGNS)])
def test_signs(row):
    op, inputs, positive, constants, attributes, nonnegative = row
    (result,) = results(op, inputs, positive, constants, **attributes)
    assert result.nonnegative is nonnegative


def test_truth_values_have_no_sign():
    of = graph(node("Greater", "x z", "t"), node("Not", "t", "y"), inputs={"x": MAP, "z": MAP})
    assert CONVERTERS["Not"].convert(operator_of(of.nodes[1], View(of)), fed(counted(*MAP) > 3).x).nonnegative


BATCHES = [  # op, inputs, constants, attributes, shapes -> whether the batch is tied
    *[("Add", inputs, {"c": constant}, {}, {}, tied) for inputs in ("x c", "c x") for constant, tied in (
        (PLUS, False), (EACH, True), (EACH[:1], False), (counted(1, 1, 9, 1), False), (counted(1), False),
        (counted(2, 1, 1, 7), True))],
    ("Add", "x z", {}, {}, {}, False), ("Add", "x z", {}, {}, {"z": (2, 1, 9, 1)}, False),
    ("Add", "x z", {}, {}, {"z": (6, 9, 7)}, True), ("Add", "z x", {}, {}, {"z": (9, 7)}, True),
    ("Sum", "x z w", {}, {}, {"w": (9, 7)}, True), ("Sum", "x z w", {}, {}, {}, False),
    ("Add", "x z", {}, {}, {"x": VOLUME, "z": (2, 1, 4, 1, 1)}, False),
    ("Add", "x z", {}, {}, {"x": VOLUME, "z": VOLUME[1:]}, True),
    *[("Concat", "x x", {}, {"axis": axis}, {}, axis == 0) for axis in range(4)],
    *[("Concat", "x z", {}, {"axis": axis}, {}, axis == 0) for axis in range(4)],
    ("Concat", "x c", {"c": counted(*MAP)}, {"axis": 1}, {}, True),
    *[("Softmax", "x", {}, {"axis": axis}, {}, axis == 0) for axis in range(4)],
    *[("ReduceSum", "x", {}, {"axes": axes}, {}, 0 in axes) for axes in ((0,), (1,), (0, 2), (2, 3), (3,))],
    *[("ReduceSum", "x", {}, {"axes": axes}, {"x": VOLUME}, 0 in axes) for axes in ((0, 2), (2, 4))],
    *[("ArgMax", "x", {}, {"axis": axis}, {}, axis == 0) for axis in (0, 1, 3)],
    *[("Gather", "x i", {"i": places}, {"axis": axis}, {}, axis == 0) for axis in (0, 1, 3)
      for places in (whole(1, 0), np.array(1), np.array([[0, 1]]))],
    *[("Slice", "x s e a", {"s": whole(1), "e": whole(2), "a": whole(axis)}, {}, {}, axis in (0, -4))
      for axis in (0, 1, 3, -4, -1)],
    ("Slice", "x s e", {"s": whole(0, 1), "e": whole(2, 4)}, {}, {}, False),
    *[("Tile", "x t", {"t": whole(*times)}, {}, {}, times[0] == 2)
      for times in ((2, 1, 1, 1), (1, 2, 1, 1), (1, 2, 1, 3), (2, 1, 2, 1))],
    ("Expand", "x t", {"t": whole(2, 6, 9, 7)}, {}, {"x": (2, 1, 9, 1)}, False),
    ("Expand", "x t", {"t": whole(2, 6, 9, 7)}, {}, {"x": (6, 1, 7)}, True),
    *[("Transpose", "x", {}, {"perm": perm}, {}, perm[0] != 0) for perm in ((0, 2, 3, 1), (1, 0, 2, 3), (3, 2, 1, 0))],
    ("Reshape", "x s", {"s": whole(2, -1, 7)}, {}, {}, True),
    ("Reshape", "x s", {"s": whole(-1, 54, 7)}, {}, {}, False), ("Reshape", "x s", {"s": whole(2, 54, 7)}, {}, {}, True),
    ("Reshape", "x s", {"s": whole(2, 6, 1, 9, 7)}, {}, {}, False), ("Reshape", "x s", {"s": whole(-1, 7)}, {}, {}, False),
]


@pytest.mark.parametrize("row", BATCHES, ids=["{} {}, {}".format(place, row[0], row[-1]) for place, row in enumerate(BATCHES)])
def test_batches(row):
    """What ties the batch is named; where nothing does, any batch goes through."""
    op, inputs, constants, attributes, shapes, tied = row
    (result,) = results(op, inputs, "", constants, shapes=shapes, **attributes)
    assert result.fixed_by == ("y" if tied else "")
    assert tied or result.onnx_shape[0] is None


@pytest.mark.parametrize("op, attributes, axis, constants", [
    ("Split", {}, 0, {}), ("Split", {}, 2, {}), ("Split", {}, -4, {}), ("Split", {}, 1, {}),
    ("TopK", {}, 0, {"k": whole(2)}), ("TopK", {}, 1, {"k": whole(2)}), ("TopK", {}, -1, {"k": whole(2)})])
def test_batches_of_both_results(op, attributes, axis, constants):
    made = results(op, " ".join(["x", *constants]), "x", constants, "y z", {"x": (2, 6, 8, 4)}, axis=axis, **attributes)
    assert [result.fixed_by for result in made] == ["y" if axis in (0, -4) else ""] * 2
    assert all(result.nonnegative for result in made)
