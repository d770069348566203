"""What TensorFlow Lite 1.14 does to four axes only, done to tensors of more: neighbouring axes are taken together.

Every function here takes tensors in any shape that holds the same numbers one after another, and says in which
shape they are meant; toco makes one Reshape of several in a row.
"""
from typing import Any, Callable, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from job.axes import Order
from job.keras_model.axis_blocks import MOST_AXES, Block, Size, blocks_around, blocks_alike, merged_sizes, moves

Sizes = Sequence[Size]


def reshaped(tensor: Any, sizes: Sequence[Size]) -> Any:
    """The tensor in that shape; the very same where it has it."""
    target = [-1 if size is None else size for size in sizes]
    have = [-1 if size is None else size for size in tensor.shape.as_list()]
    return tensor if have == target else tf.reshape(tensor, target)


def transposed(tensor: Any, sizes: Sizes, permutation: Order) -> Any:
    """The numbers of a tensor of these sizes, its axes permuted."""
    for move in moves(sizes, permutation):
        seen = merged_sizes(sizes, move.blocks)
        tensor = tf.transpose(fixed_in_shape(tensor, seen), move.permutation)
    return reshaped(tensor, [sizes[axis] for axis in permutation])


def fixed_in_shape(tensor: Any, sizes: Sizes) -> Any:
    """Reshaped for a Transpose that follows. Toco 1.14 swaps the two where only axes of one come or go, and gets the
    permutation wrong: a Gather of everything keeps them apart."""
    before = tensor.shape.as_list()
    result = reshaped(tensor, sizes)
    if result is tensor or not may_move_ones_only(before, sizes):
        return result
    place = max(place for place, size in enumerate(sizes) if size not in (None, -1))
    return tf.gather(result, np.arange(sizes[place], dtype=np.int32), axis=place)


def may_move_ones_only(before: Sizes, after: Sizes) -> bool:
    """Whether two shapes of the same numbers may differ by axes of one alone, the batch being one or any other size."""
    left, right = ([size for size in sizes[1:] if size != 1] for sizes in (before, after))
    return left == right or left[1:] == right or left == right[1:]


def with_places_apart(tensor: Any, sizes: Sizes, places: Sequence[int],
                      function: Callable[[Any, Tuple[Block, ...]], Any]) -> Any:
    """A function that needs some axes for themselves, of the tensor in the fewest that do; it is told which."""
    blocks = blocks_around(len(sizes), places)
    return function(reshaped(tensor, merged_sizes(sizes, blocks)), blocks)


def broadcast(function: Callable[[Any, Any], Any], left: Sizes, right: Sizes) -> Callable[[Any, Any], Any]:
    """The function of two tensors of these sizes, which are of one rank, on fewer axes."""
    if left == right:
        return lambda x, y: function(x, reshaped(y, x.shape.as_list()))
    blocks = blocks_broadcast_alike(left, right)
    return lambda x, y: function(reshaped(x, merged_sizes(left, blocks)), reshaped(y, merged_sizes(right, blocks)))


def blocks_broadcast_alike(left: Sizes, right: Sizes) -> Tuple[Block, ...]:
    """Axes together that both sides have, or the same side alone; what neither has goes with its neighbours."""
    kinds, last = [], None  # type: ignore
    for sizes in zip(left, right):
        last = tuple(size == 1 for size in sizes) if sizes != (1, 1) or last is None else last
        kinds.append(last)
    return blocks_alike(kinds)


def constant_in_blocks(value: np.ndarray, sizes: Sizes) -> Tuple[np.ndarray, Tuple[Block, ...]]:
    """A constant, broadcast to a tensor of these sizes, and the blocks of both; repeated where they are too many."""
    blocks = blocks_alike([size == 1 for size in value.shape])
    if len(blocks) > MOST_AXES:
        value = np.broadcast_to(value, value.shape[:1] + tuple(sizes[1:]))
        blocks = blocks_alike([size == 1 for size in value.shape])
    return value.reshape([int(np.prod([value.shape[axis] for axis in block])) for block in blocks]), blocks


def in_rows(tensor: Any, columns: Optional[int] = None) -> Any:
    """The numbers on at most MOST_AXES axes, the last as it is."""
    if len(tensor.shape) <= MOST_AXES:
        return tensor
    return tf.reshape(tensor, (-1, columns or tensor.shape.as_list()[-1]))
