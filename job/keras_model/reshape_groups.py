"""A Reshape taken apart into ones that do not touch each other, so that axes may stay in the order they are in."""
from typing import Optional, Sequence, Tuple

from job.axes import Order, as_pytorch, channels_last
from job.keras_model.axis_blocks import Block
from job.values import Shape

Group = Tuple[Block, Block]  # axes before, axes after: the same number of elements


class _Sizes:
    """Axes taken from the front, one after another."""

    def __init__(self, shape: Shape) -> None:
        self.shape, self.begin, self.end, self.product = shape, 0, 0, 1

    def take(self) -> None:
        self.product *= self.shape[self.end]
        self.end += 1

    def close(self) -> Block:
        block = tuple(range(self.begin, self.end))
        self.begin, self.product = self.end, 1
        return block


def groups_of(before: Shape, after: Shape) -> Tuple[Group, ...]:
    """The smallest groups of neighbours that hold the same number of elements; none where a shape has no axis."""
    if not before or not after or 0 in before:
        return ()
    left, right, groups = _Sizes(before), _Sizes(after), []
    while left.end < len(before) and right.end < len(after):
        left.take()
        right.take()
        while left.product != right.product:
            (left if left.product < right.product else right).take()
        groups.append((left.close(), right.close()))
    left.end, right.end = len(before), len(after)  # axes of one that are left
    last = groups.pop()
    return tuple(groups) + ((last[0] + left.close(), last[1] + right.close()),)


def kept_order(order: Order, groups: Sequence[Group]) -> Optional[Order]:
    """The order after a Reshape of what lies in that order, or None where it must be laid otherwise first."""
    if not groups or order[0] != 0:
        return None
    for before, _ in groups:
        place = order.index(before[0])
        if order[place:place + len(before)] != before:
            return None
    by_place = sorted(groups, key=lambda group: order.index(group[0][0]))
    return tuple(axis for _, after in by_place for axis in after)


def order_for_map(groups: Sequence[Group], rank: int) -> Order:
    """The order before, of which a map comes out channels-last, or anything else as in ONNX."""
    wanted = channels_last(rank) if rank == 4 else as_pytorch(rank)
    by_place = sorted(groups, key=lambda group: wanted.index(group[1][0]))
    if tuple(axis for _, after in by_place for axis in after) != wanted:
        by_place = list(groups)
    return tuple(axis for before, _ in by_place for axis in before)
