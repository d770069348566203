"""Neighbouring axes taken together, so that TensorFlow Lite's limit on the number of axes is kept."""
import functools
import itertools
from typing import Iterable, Iterator, NamedTuple, Optional, Sequence, Tuple

from job.axes import MOST_AXES, Order

Size = Optional[int]  # None where the batch is
Block = Tuple[int, ...]  # axes that stay neighbours


class Move(NamedTuple):
    """One Transpose: what comes as these blocks of axes, one after another, leaves in another order of blocks."""

    blocks: Tuple[Block, ...]
    permutation: Order

    @property
    def after(self) -> Block:
        return _joined(self.blocks[place] for place in self.permutation)


def moves(sizes: Sequence[Size], permutation: Order) -> Tuple[Move, ...]:
    """The fewest Transposes of up to MOST_AXES blocks that one of any rank comes to; axes of size one are left out."""
    start = tuple(axis for axis, size in enumerate(sizes) if size != 1)
    return _moves(start, tuple(axis for axis in permutation if sizes[axis] != 1))


def merged_sizes(sizes: Sequence[Size], blocks: Sequence[Block]) -> Tuple[int, ...]:
    """The size of each block; -1 where the batch is in it."""
    return tuple(-1 if any(sizes[axis] is None for axis in block) else _product(sizes[axis] for axis in block)
                 for block in blocks)


def blocks_around(rank: int, alone: Sequence[int]) -> Tuple[Block, ...]:
    """All axes in their order: those that are named alone, those between them together."""
    edges = sorted({0, rank}.union(alone, (axis + 1 for axis in alone)))
    return tuple(tuple(range(begin, end)) for begin, end in zip(edges, edges[1:]))


def blocks_alike(kinds: Sequence[object]) -> Tuple[Block, ...]:
    """All axes in their order: neighbours of one kind together."""
    runs = itertools.groupby(range(len(kinds)), kinds.__getitem__)
    return tuple(tuple(run) for _, run in runs)


@functools.lru_cache(maxsize=None)
def _moves(start: Block, target: Block) -> Tuple[Move, ...]:
    for count in itertools.count(2):
        found = _within(start, target, count)
        if found is not None:
            return found


def _within(start: Block, target: Block, count: int) -> Optional[Tuple[Move, ...]]:
    """Not more than so many moves, each but the last of which brings axes together; None where there are none."""
    blocks = _blocks(start, target)
    if len(blocks) <= 1:
        return ()
    if len(blocks) <= MOST_AXES:
        order = sorted(range(len(blocks)), key=lambda place: target.index(blocks[place][0]))
        return (Move(blocks, tuple(order)),)
    if count <= 1:
        return None
    for move in _joining(blocks, target):
        rest = _within(move.after, target, count - 1)
        if rest is not None:
            return (move,) + rest
    return None


def _blocks(start: Block, target: Block) -> Tuple[Block, ...]:
    """The axes as they come, those together that follow each other in the target too."""
    places = [target.index(axis) for axis in start]
    return tuple(tuple(start[place] for place in run) for run in blocks_alike(
        [place - number for number, place in enumerate(places)]))


def _joining(blocks: Tuple[Block, ...], target: Block) -> Iterator[Move]:
    """Every move of up to MOST_AXES runs of blocks after which there are fewer blocks."""
    for cuts in itertools.combinations(range(1, len(blocks)), MOST_AXES - 1):
        ends = list(zip((0,) + cuts, cuts + (len(blocks),)))
        runs = tuple(_joined(blocks[begin:end]) for begin, end in ends)
        for permutation in itertools.permutations(range(len(runs))):
            move = Move(runs, permutation)
            if len(_blocks(move.after, target)) < len(blocks):
                yield move


def _joined(blocks: Iterable[Block]) -> Block:
    return tuple(itertools.chain.from_iterable(blocks))


def _product(sizes: Iterable[int]) -> int:
    return functools.reduce(lambda product, size: product * size, sizes, 1)
