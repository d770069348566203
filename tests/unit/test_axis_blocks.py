"""Any permutation by few Transposes of few axes; numpy is the judge."""
import itertools

import numpy as np
import pytest

from job.axes import MOST_AXES
from job.keras_model.axis_blocks import blocks_alike, blocks_around, merged_sizes, moves

SIZES = (2, 3, 5, 4, 7, 6)


def moved(x, permutation):
    """x transposed as the moves say, and how many they were."""
    sizes, found = x.shape, moves(x.shape, permutation)
    for move in found:
        assert len(move.blocks) <= MOST_AXES
        x = x.reshape(merged_sizes(sizes, move.blocks)).transpose(move.permutation)
    return x.reshape([sizes[axis] for axis in permutation]), len(found)


@pytest.mark.parametrize("rank, most, together", [(2, 1, 1), (3, 1, 5), (4, 1, 23), (5, 2, 172), (6, 3, 1294)])
def test_every_permutation(rank, most, together):
    """By as few moves as can be, alone and all together."""
    x = np.arange(np.prod(SIZES[:rank])).reshape(SIZES[:rank])
    counts = []
    for permutation in itertools.permutations(range(rank)):
        result, count = moved(x, permutation)
        assert np.array_equal(result, x.transpose(permutation))
        counts.append(count)
    assert (max(counts), sum(counts)) == (most, together)


@pytest.mark.parametrize("sizes, permutation", [
    ((2, 3, 2, 4, 3, 7), (0, 1, 3, 2, 4, 5)),    # windows
    ((2, 3, 2, 5, 4, 7), (0, 2, 1, 3, 4, 5)),    # a shuffle of channels
    ((2, 3, 1, 5, 1, 7), (5, 4, 0, 2, 1, 3)),    # ones do not count
], ids=["windows", "shuffle", "ones"])
def test_one_move_where_neighbours_stay_together(sizes, permutation):
    x = np.arange(np.prod(sizes)).reshape(sizes)
    result, count = moved(x, permutation)
    assert np.array_equal(result, x.transpose(permutation)) and count == 1


def test_no_move_where_only_ones_do():
    assert moves((None, 1, 5, 1), (1, 0, 3, 2)) == ()


def test_the_batch_may_be_any():
    (move,) = moves((None, 3, 4, 5, 7), (0, 2, 3, 4, 1))
    assert merged_sizes((None, 3, 4, 5, 7), move.blocks) == (-1, 3, 140)


def test_blocks():
    assert blocks_around(5, [1]) == ((0,), (1,), (2, 3, 4))
    assert blocks_around(5, [0, 3]) == ((0,), (1, 2), (3,), (4,))
    assert blocks_around(3, []) == ((0, 1, 2),)
    assert blocks_alike("aabba") == ((0, 1), (2, 3), (4,))
