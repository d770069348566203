"""Reads tables of a flatbuffer by field number, without a generated schema or a copy."""
import struct
from typing import Any, List, NamedTuple, Optional

import numpy as np

OFFSET = 4  # bytes of an offset or of a vector's length


class Table(NamedTuple):
    """One table of the buffer; a field that is not there reads as its default."""

    data: Any  # bytes or an mmap
    position: int

    def number(self, field: int, kind: str, default: int = 0) -> int:
        """A scalar; `kind` is struct's letter for it."""
        at = self.place(field)
        return default if at is None else struct.unpack_from("<" + kind, self.data, at)[0]

    def numbers(self, field: int, dtype: str) -> np.ndarray:
        at = self.place(field)
        if at is None:
            return np.zeros(0, dtype)
        start = self._follow(at)
        return np.frombuffer(self.data, dtype, self._uint(start), start + OFFSET)

    def vector(self, field: int) -> int:
        """Where the field's vector stands, which begins with its length."""
        return self._follow(self.place(field))

    def text(self, field: int) -> str:
        return self.numbers(field, "u1").tobytes().decode()

    def table(self, field: int) -> Optional["Table"]:
        at = self.place(field)
        return None if at is None else Table(self.data, self._follow(at))

    def tables(self, field: int) -> List["Table"]:
        at = self.place(field)
        if at is None:
            return []
        start = self._follow(at)
        places = [start + OFFSET * (1 + index) for index in range(self._uint(start))]
        return [Table(self.data, self._follow(place)) for place in places]

    def place(self, field: int) -> Optional[int]:
        """Where the field's value, or the offset to it, stands in the buffer."""
        layout = self.position - struct.unpack_from("<i", self.data, self.position)[0]
        size = struct.unpack_from("<H", self.data, layout)[0]
        entry = 4 + 2 * field  # after the layout's own size and the table's
        if entry >= size:
            return None
        distance = struct.unpack_from("<H", self.data, layout + entry)[0]
        return self.position + distance if distance else None

    def _follow(self, at: int) -> int:
        return at + self._uint(at)

    def _uint(self, at: int) -> int:
        return struct.unpack_from("<I", self.data, at)[0]


def root_table(data: Any) -> Table:
    return Table(data, struct.unpack_from("<I", data, 0)[0])
