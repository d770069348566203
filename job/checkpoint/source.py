"""A checkpoint's file, read by position and never beyond its end."""

import mmap
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Optional

import numpy as np

from job.errors import BadCheckpoint

BLOCK = 4 * 1024 * 1024
LONGEST_LINE = 64 * 1024  # of a text argument in a pickle


def truncated(what: str) -> BadCheckpoint:
    return BadCheckpoint(
        "the file ends inside {}".format(what), hint="it is truncated: copy it again, and compare its size"
    )


class Source:
    """Some bytes of one open file, with a position; what would return too few raises BadCheckpoint.

    The file is mapped: reading costs no memory of its own but what is returned.
    """

    def __init__(
        self, file: BinaryIO, size: int, start: int = 0, data: Any = None, path: Path = Path()
    ) -> None:
        self.file = file
        self.path = path
        self.size = size
        self.position = 0
        self.start = start  # in the file
        self._data = _mapped(file, size) if data is None else data

    def seek(self, position: int) -> None:
        if not 0 <= position <= self.size:
            raise truncated("what its own table of contents names")
        self.position = position

    def read(self, count: int, what: str = "a pickle") -> bytes:
        end = self.position + count
        if end > self.size:
            raise truncated(what)
        found = self._data[self.start + self.position : self.start + end]
        self.position = end
        return found

    def read_line(self) -> bytes:
        begin = self.start + self.position
        most = min(begin + LONGEST_LINE, self.start + self.size)
        end = self._data.find(b"\n", begin, most)
        if end < 0:
            raise truncated("a line of a pickle")
        self.position = end + 1 - self.start
        return self._data[begin:end]

    def part(self, position: int, count: int) -> "Source":
        """Some of the bytes as a source of their own."""
        self._check(position, count, "an entry of the archive")
        return Source(self.file, count, self.start + position, self._data, self.path)

    def view(self) -> memoryview:
        """All of its bytes, not copied."""
        return memoryview(self._data)[self.start : self.start + self.size]

    def shared(self, position: int, count: int, dtype: np.dtype, what: str) -> Optional[np.ndarray]:
        """The bytes as an array that takes no memory until it is written to; None if they lie askew."""
        self._check(position, count * dtype.itemsize, what)
        begin = self.start + position
        if begin % dtype.itemsize or not isinstance(self._data, mmap.mmap):
            return None
        return np.frombuffer(self._data, dtype, count, begin)

    def array(self, position: int, count: int, what: str) -> np.ndarray:
        """The bytes as a writable array of uint8, a copy that leaves the mapping untouched."""
        self._check(position, count, what)
        result = np.empty(count, np.uint8)
        self.file.seek(self.start + position)
        if count and self.file.readinto(memoryview(result)) != count:
            raise truncated(what)
        return result

    def checksum(self) -> int:
        """CRC-32 of all of its bytes, read a block at a time, so that the mapping stays untouched."""
        crc = 0
        for begin in range(0, self.size, BLOCK):
            crc = zlib.crc32(self.array(begin, min(BLOCK, self.size - begin), "an entry of the archive"), crc)
        return crc

    def _check(self, position: int, count: int, what: str) -> None:
        if position < 0 or count < 0 or position + count > self.size:
            raise truncated(what)


def _mapped(file: BinaryIO, size: int) -> Any:
    """The file's bytes, copied on write; read as a whole where the volume cannot map files."""
    if not size:
        return b""
    try:
        return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_COPY)
    except (OSError, ValueError):  # ENODEV; or the file has become shorter
        file.seek(0)
        return file.read(size)
