"""What TensorFlow Lite 1.14 does to four axes only, done to tensors of more: neighbouring axes are taken together.

Every function here takes tensors in any shape that holds the same numbers one after another, and says in which
shape they are meant; toco makes one Reshape of several in a row.
"""
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from job.axes import MOST_AXES, Order
from job.keras_model.axis_blocks import Block, Size, blocks_around, blocks_alike, merged_sizes, moves

Sizes = Sequence[Size]


def reshaped(tensor: Any, sizes: Sequence[Size]) -> Any:
    """The tensor in that shape; the very same where it has it."""
    target = [-1 if size is None else size for size in sizes]
    have = [-1 if size is None else size for size in tensor.shape.as_list()]
    return tensor if have == target else tf.reshape(tensor, target)


def transposed(tensor: Any, sizes: Sizes, permutation: Order) -> Any:
    """The numbers of a tensor of these sizes, its axes permuted, in a shape of few axes."""
    for move in moves(sizes, permutation):
        tensor = tf.transpose(reshaped(tensor, merged_sizes(sizes, move.blocks)), move.permutation)
    return tensor


def on_elements(tensor: Any, function: Callable[[Any], Any]) -> Any:
    """A function of one tensor, element by element, in any shape. One operator alone works on any number of axes."""
    result = function(tensor)
    return result if list(result.op.inputs) == [tensor] else function(in_rows(tensor))


def in_rows(tensor: Any) -> Any:
    """The numbers on at most MOST_AXES axes, the last as it is."""
    if len(tensor.shape) <= MOST_AXES:
        return tensor
    columns = tensor.shape.as_list()[-1]
    return tf.reshape(tensor, (-1,) if columns is None else (-1, columns))


def along(tensor: Any, sizes: Sizes, places: Sequence[int], function: Callable[[Any, Dict[int, int]], Any]) -> Any:
    """A function that works along some axes, a few of them at a time; it is told where each of them is now."""
    if len(sizes) <= MOST_AXES:
        return function(tensor, {place: place for place in places})
    now, left = list(sizes), sorted(places)
    while left:
        together = _together(len(now), left)
        blocks = blocks_around(len(now), together)
        where = {place: blocks.index((place,)) for place in together}
        tensor = function(reshaped(tensor, merged_sizes(now, blocks)), where)
        left = left[len(together):]
        for place, axis in where.items() if left else ():
            now[place] = tensor.shape.as_list()[axis]
    return tensor


def _together(rank: int, places: Sequence[int]) -> Sequence[int]:
    """As many of the first places as may stand alone in few axes."""
    return [places[:count] for count, _ in enumerate(places, 1)
            if len(blocks_around(rank, places[:count])) <= MOST_AXES][-1]


def reduced(tensor: Any, sizes: Sizes, places: Sequence[int], function: Callable[..., Any]) -> Any:
    """Over some axes, which go away."""
    blocks = blocks_alike([place in places for place in range(len(sizes))])
    axes = [axis for axis, block in enumerate(blocks) if block[0] in places]
    return function(reshaped(tensor, merged_sizes(sizes, blocks)), axis=axes, keepdims=False)


def concatenated(tensors: Sequence[Any], sizes: Sequence[Sizes], place: int) -> Any:
    """Joined along one axis; along the last in the shape in which they were made, if it is one for all."""
    rank = len(sizes[0])
    if rank <= MOST_AXES:
        return tf.concat(tensors, place)
    heads = [tensor.shape.as_list()[:-1] for tensor in tensors]
    ends = [tensor.shape.as_list()[-1] == each[-1] for tensor, each in zip(tensors, sizes)]
    if place == rank - 1 and all(ends) and len(heads[0]) < MOST_AXES and all(head == heads[0] for head in heads):
        return tf.concat(tensors, len(heads[0]))
    blocks = blocks_around(rank, [place])
    merged = [reshaped(tensor, merged_sizes(each, blocks)) for tensor, each in zip(tensors, sizes)]
    return tf.concat(merged, blocks.index((place,)))


def broadcast(function: Callable[[Any, Any], Any], left: Sizes, right: Sizes) -> Callable[[Any, Any], Any]:
    """The function of two tensors of these sizes, which are of one rank, on fewer axes."""
    if list(left) == list(right):
        return lambda x, y: function(in_rows(x), reshaped(y, in_rows(x).shape.as_list()))
    if len(blocks_broadcast_alike(left, right)) > MOST_AXES:
        wider = _spread(left, right), _spread(right, left)
        few = broadcast(function, *wider)
        return lambda x, y: few(_repeated(x, left, wider[0]), _repeated(y, right, wider[1]))
    blocks = blocks_broadcast_alike(left, right)
    return lambda x, y: function(reshaped(x, merged_sizes(left, blocks)), reshaped(y, merged_sizes(right, blocks)))


def broadcast_sizes(left: Sizes, right: Sizes) -> Tuple[Size, ...]:
    return tuple(None if None in pair else max(pair) for pair in zip(left, right))


def _spread(sizes: Sizes, other: Sizes) -> Tuple[Size, ...]:
    """All axes but the first as large as the other's."""
    return tuple(sizes[:1]) + broadcast_sizes(sizes[1:], other[1:])


def _repeated(tensor: Any, before: Sizes, after: Sizes) -> Any:
    """By Gathers: toco 1.14 takes a Tile before arithmetic for a broadcast, and drops it."""
    tensor = reshaped(tensor, before)
    for place, (have, wanted) in enumerate(zip(before, after)):
        if have != wanted:
            tensor = tf.gather(tensor, np.zeros(wanted, np.int32), axis=place)
    return tensor


def blocks_broadcast_alike(left: Sizes, right: Sizes) -> Tuple[Block, ...]:
    """Axes together that both sides have, or the same side alone; what neither has goes with its neighbours."""
    kinds, last = [], None  # type: List[Tuple[bool, ...]], Optional[Tuple[bool, ...]]
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
