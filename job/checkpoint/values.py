"""What a reader finds in a file, before any weight is read from it."""

from typing import Any, Mapping, NamedTuple, Optional, Tuple


class Storage(NamedTuple):
    """A flat run of numbers that tensors are views of."""

    key: str
    dtype: str  # numpy's name, or bfloat16, or another name that can not be read
    elements: int


class TensorRef(NamedTuple):
    """A view of a storage; offset and strides count elements."""

    storage: Storage
    offset: int
    shape: Tuple[int, ...]
    strides: Tuple[int, ...]


class Region(NamedTuple):
    """Where a storage's bytes lie in the file."""

    position: int
    size: int


class Content(NamedTuple):
    """Everything a file says, its tensors still to be read."""

    tree: Any  # dicts, lists, scalars, TensorRef, numpy arrays, Placeholder
    regions: Mapping[str, Region] = {}  # by the key of a storage
    big_endian: bool = False
    notes: Tuple[str, ...] = ()
    watches: Tuple[Any, ...] = ()  # job.checkpoint.watch.Watch of other files that it lies in


class Placeholder:
    """An object of a class we do not know: what was said of it is kept, and nothing is done."""

    __slots__ = ("name", "state", "items")

    def __init__(self, name: str) -> None:
        self.name = name  # of the global that would have made it
        self.state = None  # type: Optional[Any]
        self.items = None  # type: Optional[dict]

    def own_items(self) -> dict:
        """What is set on it by keys, as on a dictionary of a class of its own."""
        if self.items is None:
            self.items = {}
        return self.items

    def set_state(self, state: Any) -> None:
        self.state = state
