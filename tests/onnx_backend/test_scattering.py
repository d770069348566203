"""What is brought together at places that indices tell, which ONNX Runtime 1.10 does not know."""
import numpy as np
import pytest
from onnx import helper

from job.errors import UnsupportedModel
from job.onnx_model import scattering
from tests.onnx_backend.newer_forms import MAP
from tests.onnx_backend.small_models import model
from tests.onnx_backend.test_newer_opsets import answers

RANDOM = np.random.RandomState(3)
AT = {"add": np.add.at, "mul": np.multiply.at, "max": np.maximum.at, "min": np.minimum.at}
EVEN = np.array([0, 1, 2, 3, 3, 2, 1, 0])


def rows_told(places, axis=1, shape=(2, 8, 6, 5)):
    """The same for all that lies beside, as PyTorch's exporter expands it."""
    along = [1] * len(shape)
    along[axis] = -1
    return np.broadcast_to(np.array(places).reshape(along), shape).copy()


def expected_of(op, data, indices, updates, reduction, axis=0):
    made = data.copy()
    if op == "ScatterND":
        AT[reduction](made, tuple(np.moveaxis(indices, -1, 0)), updates)
    else:
        own = list(np.indices(indices.shape))
        own[axis] = indices
        AT[reduction](made, tuple(own), updates)
    return made


def answered(op, data, indices, reduction, axis=None, computed=False, is_data_known=False):
    """The input is what is written where the data are known, else the data. -> found, expected"""
    shape = indices.shape[:-1] + data.shape[indices.shape[-1]:] if op == "ScatterND" else indices.shape
    updates = RANDOM.randn(*shape).astype(np.float32)
    names = ("d", "i", "x") if is_data_known else ("x", "i", "u")
    attributes = dict({"reduction": reduction}, **({} if axis is None else {"axis": axis}))
    nodes, x = [helper.make_node(op, names, ["y"], **attributes)], updates if is_data_known else data
    weights = {"d": data, "i": indices, "u": updates}
    if computed:
        nodes.insert(0, helper.make_node("Cast", ["f"], ["i"], to=7))
        shapes = {"x": x.shape, "f": indices.shape}
    else:
        shapes = {"x": x.shape}
    made = model(nodes, shapes, ["y"], 18, {name: weights[name] for name in names if name != "x" and not (
        computed and name == "i")})
    made.graph.output[0].ClearField("type")
    found, = answers(made.SerializeToString(), *([x] + [indices.astype(np.float32)] * computed))
    return found, expected_of(op, data, indices, updates, reduction, axis or 0)


CASES = [
    ("ScatterElements", rows_told([3, 0, 0, -1, 2, 0, 3, 0]), {"axis": 1}), ("ScatterElements", rows_told(EVEN), {"axis": -3}),
    ("ScatterElements", RANDOM.randint(-4, 4, (2, 8, 6, 5)), {"axis": 1}),
    ("ScatterElements", rows_told([1, 1, 0], 0, (3, 4, 6, 5)), {}),
    ("ScatterElements", rows_told([1, 1, 0], 0, (3, 2, 6, 4)), {"axis": 0}),  # not all that lies beside
    ("ScatterND", np.array([[0], [1], [1], [-1]]), {}), ("ScatterND", RANDOM.randint(0, 2, (3, 5, 3)), {}),
    ("ScatterND", RANDOM.randint(-2, 2, (9, 4)), {}),
]


@pytest.mark.parametrize("reduction", sorted(AT))
@pytest.mark.parametrize("op, indices, attributes", CASES, ids=lambda each: str(getattr(each, "shape", each)))
def test_at_constant_places(op, indices, attributes, reduction):
    found, expected = answered(op, MAP, indices, reduction, **attributes)
    assert found.shape == expected.shape and np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("data", [np.zeros_like(MAP), MAP], ids=["zeros", "known"])
@pytest.mark.parametrize("op, indices, attributes", CASES, ids=lambda each: str(getattr(each, "shape", each)))
def test_at_constant_places_of_known_data(op, indices, attributes, data):
    found, expected = answered(op, data, indices, "add", is_data_known=True, **attributes)
    assert found.shape == expected.shape and np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("is_data_known", [False, True])
@pytest.mark.parametrize("op, indices, attributes", [case for case in CASES if case[1].shape != (3, 2, 6, 4)],
                         ids=lambda each: str(getattr(each, "shape", each)))
def test_added_at_computed_places(op, indices, attributes, is_data_known):
    data = np.zeros_like(MAP) if is_data_known else MAP
    found, expected = answered(op, data, indices, "add", computed=True, is_data_known=is_data_known, **attributes)
    assert found.shape == expected.shape and np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("reduction, indices, words", [
    ("max", rows_told(EVEN), "ScatterElements attribute reduction=max by computed indices at y"),
    ("add", rows_told([1, 1, 0], 1, (2, 3, 6, 4)), "ScatterElements of a part by computed indices at y")])
def test_not_at_computed_places(reduction, indices, words):
    with pytest.raises(UnsupportedModel) as refusal:
        answered("ScatterElements", MAP, indices, reduction, axis=1, computed=True)
    assert refusal.value.problems == (words,)


def test_not_of_more_than_can_be_picked(monkeypatch):
    count = MAP.size // 4 * 4 * 3
    monkeypatch.setattr(scattering, "MOST", count)
    answered("ScatterElements", MAP, rows_told(EVEN), "add", axis=1)
    monkeypatch.setattr(scattering, "MOST", count - 1)
    with pytest.raises(UnsupportedModel, match="ScatterElements of so many elements at y"):
        answered("ScatterElements", MAP, rows_told(EVEN), "add", axis=1)
