"""A checkpoint's file, read by position and never beyond its end."""
import io
from typing import BinaryIO

import numpy as np

from job.errors import BadCheckpoint

LONGEST_LINE = 64 * 1024  # of a text argument in a pickle


def truncated(what: str) -> BadCheckpoint:
    return BadCheckpoint(
        "the file ends inside {}".format(what), hint="it is truncated: copy it again, and compare its size"
    )


class Source:
    """Bytes of one open file; every method raises BadCheckpoint rather than return too few."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.size = size

    @property
    def position(self) -> int:
        return self.file.tell()

    def seek(self, position: int) -> None:
        if not 0 <= position <= self.size:
            raise truncated("what its own table of contents names")
        self.file.seek(position)

    def read(self, count: int, what: str = "a pickle") -> bytes:
        if count > self.size:
            raise truncated(what)
        found = self.file.read(count)
        if len(found) < count:
            raise truncated(what)
        return found

    def read_line(self) -> bytes:
        line = self.file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise truncated("a line of a pickle")
        return line[:-1]

    def part(self, position: int, count: int) -> "Source":
        """Some of the bytes as a source of their own."""
        return Source(io.BytesIO(self.array(position, count, "an entry of the archive").tobytes()), count)

    def array(self, position: int, count: int, what: str) -> np.ndarray:
        """The bytes as a writable array of uint8."""
        if position < 0 or count < 0 or position + count > self.size:
            raise truncated(what)
        result = np.empty(count, np.uint8)
        self.file.seek(position)
        if self.file.readinto(memoryview(result)) != count:
            raise truncated(what)
        return result
