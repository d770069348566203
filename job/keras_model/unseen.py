"""Arrays that are not there: shapes of which parts can be taken, and the kernel tells whether anybody looked at a value."""
import bisect
import ctypes
import mmap
from typing import Dict, Mapping, NamedTuple, Optional, Tuple

import numpy as np

from job.alignment import address
from job.values import Shape, elements

_BYTES = np.dtype(np.float32).itemsize
_IN_MEMORY = 1  # of the bits that mincore(2) gives of a page


class Part(NamedTuple):
    """A view of a float32 array in rows."""

    offset: int  # bytes
    shape: Shape
    strides: Tuple[int, ...]  # bytes

    def of(self, array: np.ndarray) -> np.ndarray:
        return np.ndarray(self.shape, np.float32, np.ascontiguousarray(array), self.offset, self.strides)


class Unseen:
    """Float32 arrays of these shapes, in memory that has no pages yet: to read or write a value would give it one."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        sizes = {name: elements(shape) * _BYTES for name, shape in shapes.items()}
        self._room = mmap.mmap(-1, max(sum(sizes.values()), 1), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.arrays = {}  # type: Dict[str, np.ndarray]
        offset = 0
        for name, shape in shapes.items():
            self.arrays[name] = np.frombuffer(self._room, np.float32, elements(shape), offset).reshape(shape)
            offset += sizes[name]
        self._names, self._begins = list(shapes), [address(array) for array in self.arrays.values()]

    def part(self, array: np.ndarray) -> Optional[Tuple[str, Part]]:
        """Of which array it is which part; None where it is none."""
        low, high = np.byte_bounds(array)
        place = bisect.bisect(self._begins, low) - 1
        if place < 0 or array.dtype != np.float32 or high > self._begins[place] + self.arrays[self._names[place]].nbytes:
            return None
        return self._names[place], Part(address(array) - self._begins[place], array.shape, array.strides)

    def is_seen(self) -> bool:
        """True also where the kernel does not say."""
        pages = (ctypes.c_ubyte * -(-len(self._room) // mmap.PAGESIZE))()
        place = ctypes.c_void_p(address(np.frombuffer(self._room, np.uint8)))
        refused = ctypes.CDLL(None).mincore(place, ctypes.c_size_t(len(self._room)), pages)
        return bool(refused) or any(page & _IN_MEMORY for page in pages)
