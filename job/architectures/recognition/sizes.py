"""A tensor's shape in an architecture, some of its sizes told by arguments of the builder: `num_classes,512`."""
import re
from typing import Mapping, NamedTuple, Optional, Tuple, Union

from job.values import Shape


class Counted(NamedTuple):
    """A size that grows with an argument: factor * argument + offset."""

    argument: str
    factor: int
    offset: int

    def __str__(self) -> str:
        """As it stands in the data, and in messages where the argument is not known."""
        factor = "" if self.factor == 1 else "{}*".format(self.factor)
        return factor + self.argument + ("{:+d}".format(self.offset) if self.offset else "")

    def of(self, value: int) -> int:
        return self.factor * value + self.offset

    def argument_for(self, size: int) -> Optional[int]:
        """The argument's value that gives this size; None where no whole number from 1 on does."""
        value, rest = divmod(size - self.offset, self.factor)
        return value if not rest and value >= 1 else None


Size = Union[int, Counted]
Pattern = Tuple[Size, ...]
Values = Mapping[str, int]  # of arguments, by name

_COUNTED = re.compile(r"(?:(\d+)\*)?([a-z_]+)([+-]\d+)?$")


def with_values(pattern: Pattern, values: Values) -> Pattern:
    """The shape, as far as the values go."""
    return tuple(size.of(values[size.argument]) if isinstance(size, Counted) and size.argument in values else size
                 for size in pattern)


def arguments_for(pattern: Pattern, shape: Shape) -> Optional[Values]:
    """What the shape says of the arguments, {} where the pattern counts none; None where it does not fit."""
    if len(pattern) != len(shape):
        return None
    told = {}
    for size, found in zip(pattern, shape):
        if isinstance(size, int):
            if size != found:
                return None
            continue
        value = size.argument_for(found)
        if value is None or told.setdefault(size.argument, value) != value:
            return None
    return told


def text_of(pattern: Pattern) -> str:
    """`64,3,7,7`, `num_classes,512`, `6*num_classes+12,480`; nothing of a scalar."""
    return ",".join(map(str, pattern))


def pattern_of(text: str) -> Pattern:
    return tuple(map(_size, text.split(","))) if text else ()


def _size(text: str) -> Size:
    if text.isdigit():
        return int(text)
    factor, argument, offset = _COUNTED.match(text).groups()
    return Counted(argument, int(factor or 1), int(offset or 0))
