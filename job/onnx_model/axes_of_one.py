"""Shapes that differ by axes of one only."""
from typing import List, Optional

from job.values import Shape


def axis_in(shape: Shape, other: Shape, axis: int) -> Optional[int]:
    """Which axis of a shape is this one of another, if the two are alike but for axes of one."""
    if shape == other:
        return axis
    ours, others = _longer(shape), _longer(other)
    same = [shape[place] for place in ours] == [other[place] for place in others]
    return ours[others.index(axis)] if same and axis in others else None


def _longer(shape: Shape) -> List[int]:
    """The axes that are no axes of one."""
    return [axis for axis, size in enumerate(shape) if size != 1]
