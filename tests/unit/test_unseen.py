"""Weights that are not there: what is a part of one of them, and whether anybody looked."""
import numpy as np
import pytest

from job.keras_model import unseen as module
from job.keras_model.unseen import Unseen

SHAPES = {"kernel": (8, 3, 5, 7), "bias": (8,), "large": (3, 2 ** 20)}
VALUES = {name: np.random.RandomState(7).standard_normal(shape).astype(np.float32) for name, shape in SHAPES.items()}

PARTS = {
    "whole": lambda array: array,
    "turned": lambda array: array.transpose(),
    "backwards": lambda array: array[::-1],
    "every second": lambda array: array[1::2],
    "half": lambda array: np.split(array, 2)[1],
    "shaped": lambda array: array.reshape(4, 2, -1).transpose(2, 0, 1),
    "a number": lambda array: array[3:4],
    "broadcast": lambda array: np.broadcast_to(array, (2,) + array.shape),
}


@pytest.mark.parametrize("take", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("name", ["kernel", "bias"])
def test_a_part_is_found_again_in_the_values(take, name):
    unseen = Unseen(SHAPES)
    found, part = unseen.part(take(unseen.arrays[name]))
    assert found == name and not unseen.is_seen()
    np.testing.assert_array_equal(part.of(VALUES[name]), take(VALUES[name]))
    np.testing.assert_array_equal(part.of(VALUES[name].T.copy().T), take(VALUES[name]))  # a file's need not be in rows


@pytest.mark.parametrize("other", [
    np.zeros(8, np.float32), np.zeros(0, np.float32), VALUES["bias"]], ids=["another's", "none", "like one"])
def test_what_is_part_of_none(other):
    assert Unseen(SHAPES).part(other) is None


def test_a_view_of_another_type_or_of_two_is_part_of_none():
    unseen = Unseen(SHAPES)
    assert unseen.part(unseen.arrays["bias"].view(np.int32)) is None
    both = np.ndarray((16,), np.float32, unseen._room, 4 * VALUES["kernel"].size - 8)
    assert unseen.part(both) is None


LOOKS = {
    "reads the first": lambda array: array.flat[0],
    "reads the last": lambda array: array.flat[-1],
    "copies": lambda array: array.copy(),
    "adds": lambda array: array + 1,
    "asks": lambda array: array.any(),
    "writes": lambda array: array.fill(1),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("name", SHAPES)
def test_whoever_looks_is_noticed(look, name):
    unseen = Unseen(SHAPES)
    look(unseen.arrays[name])
    assert unseen.is_seen()


def test_it_takes_no_memory():
    unseen = Unseen({"huge": (2 ** 30,)})
    assert unseen.arrays["huge"].T[5:].shape == (2 ** 30 - 5,) and not unseen.is_seen()


def test_of_nothing_nothing_is_seen():
    assert not Unseen({}).is_seen()


def test_where_the_kernel_does_not_say_it_is_seen(monkeypatch):
    monkeypatch.setattr(module.ctypes, "CDLL", lambda _: _KernelWithout())
    assert Unseen(SHAPES).is_seen()


class _KernelWithout:
    @staticmethod
    def mincore(*_):
        return -1
