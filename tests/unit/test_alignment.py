"""Arrays in rows, and aligned: the values of the array itself, whichever way it lies."""
import itertools

import numpy as np
import pytest

from job.alignment import ALIGNMENT, address, aligned, all_aligned, in_rows

SHAPES = [(3, 5), (130, 33, 2, 3), (64, 3, 7, 7), (96, 70), (1, 512, 1, 1), (33, 1, 40, 2), (4, 0), (7,)]


def laid_out(shape):
    """In every order of its axes, and with gaps, backwards, or the same again and again."""
    whole = np.random.RandomState(0).randn(*shape).astype(np.float32)
    for order in itertools.permutations(range(whole.ndim)):
        yield whole.transpose(order)
    yield whole[..., ::-1]
    yield np.repeat(whole, 2, axis=0)[::2]
    yield np.broadcast_to(whole[:1], whole.shape)


@pytest.mark.parametrize("large", [1, 10 ** 9], ids=["by blocks", "as it is"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_values_are_the_arrays_own(shape, large, monkeypatch):
    monkeypatch.setattr("job.alignment._LARGE", large)
    for array in laid_out(shape):
        for made in (in_rows(array), aligned(array)):
            assert made.flags.c_contiguous and made.dtype == array.dtype
            assert np.array_equal(made, array)
        assert address(aligned(array)) % ALIGNMENT == 0 or not array.size


def test_what_lies_in_rows_is_not_copied():
    array = aligned(np.ones((40, 50), np.float32))
    assert in_rows(array) is array and aligned(array) is array


def test_what_lies_in_the_same_memory_becomes_one_array():
    whole = np.random.RandomState(0).randn(33, 40).astype(np.float32)
    made = all_aligned({"a": whole.T, "b": whole.reshape(33, 40).T, "c": whole, "d": whole.T.copy(), "e": whole[:20].T})
    assert made["a"] is made["b"] and len({id(each) for each in made.values()}) == 4
    assert np.array_equal(made["a"], whole.T) and np.array_equal(made["e"], whole[:20].T)
