"""A zip archive's table of contents, read strictly: what two readers could see differently is refused.

Nothing is extracted to disk. Python's zipfile is not used: it believes any number of entries announced.
"""

import re
import struct
import zlib
from collections import OrderedDict
from typing import Any, Iterator, List, NamedTuple, Tuple

from job.checkpoint.source import Source, truncated
from job.checkpoint.values import Region
from job.errors import BadCheckpoint

END = struct.Struct("<4s4H2IH")  # signature, disks, entries, size and position of the table, length of the comment
END_64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR_64 = struct.Struct("<4sIQI")
ENTRY = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")
MOST_ENTRIES = 100 * 1000
LONGEST_NAME = 4096
LONGEST_COMMENT = 65535
STORED, DEFLATED = 0, 8
ENCRYPTED = 1 | 64 | 8192  # of the flags
ESCAPES = re.compile(r"(^|/)\.\.(/|$)|^/|\\|\0|^[A-Za-z]:")


class Entry(NamedTuple):
    name: str
    method: int
    region: Region  # of its bytes as they lie in the file
    size: int  # unpacked
    crc: int
    flags: int

    @property
    def is_stored(self) -> bool:
        return self.method == STORED and self.region.size == self.size and not self.flags & ENCRYPTED


def entries_of(source: Source) -> "OrderedDict[str, Entry]":
    """By name, in the table's order: each named once, inside the file and apart from all others."""
    count, position, size = _table(source)
    if count > MOST_ENTRIES:
        raise unsafe("it holds {} entries".format(count))
    table = source.part(position, size)
    entries, spans = OrderedDict(), []  # type: OrderedDict[str, Entry], List[Tuple[int, int, str]]
    for _ in range(count):
        entry, begin = _entry(table, source)
        if entry.name in entries:
            raise unsafe("it holds {!r:.60} twice".format(entry.name))
        if ESCAPES.search(entry.name):
            raise unsafe("{!r:.60} leads out of the archive".format(entry.name))
        entries[entry.name] = entry
        spans.append((begin, entry.region.position + entry.region.size, entry.name))
    _refuse_overlaps(sorted(spans), position)
    return entries


def unpacked(source: Source, entry: Entry, most: int) -> Any:
    """A stored or deflated entry's bytes, at most so many, checked; stored ones are not copied."""
    if entry.size > most or entry.method not in (STORED, DEFLATED) or entry.flags & ENCRYPTED:
        raise unsafe("{!r:.60} is encrypted, packed in an unknown way or too large".format(entry.name))
    part = source.part(*entry.region)
    data = _inflated(part.view(), entry) if entry.method == DEFLATED else part.view()
    checksum = zlib.crc32(data) if entry.method == DEFLATED else part.checksum()
    if len(data) != entry.size or checksum != entry.crc:
        raise damaged("{!r:.60} is not what its checksum says".format(entry.name))
    return data


def unsafe(what: str) -> BadCheckpoint:
    return BadCheckpoint(
        "its zip archive is not as PyTorch and numpy write them: " + what, hint="save it again"
    )


def damaged(what: str) -> BadCheckpoint:
    return BadCheckpoint(
        "the zip archive is damaged: " + what, hint="it is truncated or damaged: copy it again"
    )


def _inflated(data: memoryview, entry: Entry) -> bytes:
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return machine.decompress(data, entry.size + 1)
    except zlib.error as error:
        raise damaged("{!r:.60}: {}".format(entry.name, error)) from error


def _table(source: Source) -> Tuple[int, int, int]:
    """How many entries the table of contents has, where it lies and its size."""
    reach = min(source.size, END.size + LONGEST_COMMENT)
    tail = source.part(source.size - reach, reach).read(reach)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + END.size:
        raise damaged("it has no table of contents")
    found = END.unpack_from(tail, at)
    end = source.size - reach + at
    if at + END.size + found[-1] != len(tail) or found[1:3] != (0, 0):
        raise damaged("its end is not where it should be")
    count, size, position = found[4:7]
    if 0xFFFF in found[3:5] or 0xFFFFFFFF in found[5:7] or _has_64(source, end):
        count, size, position, end = _table_64(source, end)
    elif found[3] != count:
        raise damaged("its table of contents is spread over several disks")
    if position + size != end:
        raise damaged("its table of contents is not where its end says")
    return count, position, size


def _has_64(source: Source, end: int) -> bool:
    begin = end - LOCATOR_64.size
    return begin >= 0 and source.part(begin, 4).read(4) == b"PK\x06\x07"


def _table_64(source: Source, end: int) -> Tuple[int, int, int, int]:
    if not _has_64(source, end):
        raise damaged("its table of contents has more entries than it can say")
    where = LOCATOR_64.unpack(source.part(end - LOCATOR_64.size, LOCATOR_64.size).read(LOCATOR_64.size))[2]
    found = END_64.unpack(source.part(where, END_64.size).read(END_64.size))
    if found[0] != b"PK\x06\x06" or where + 12 + found[1] != end - LOCATOR_64.size or found[4:6] != (0, 0):
        raise damaged("its 64-bit end is not where it should be")
    return found[7], found[8], found[9], where


def _entry(table: Source, source: Source) -> Tuple[Entry, int]:
    """The table's next entry, and where its local header begins."""
    fields = ENTRY.unpack(table.read(ENTRY.size, "its table of contents"))
    flags, method = fields[3:5]
    crc, packed, size, name_length, extra_length, comment_length = fields[7:13]
    if fields[0] != b"PK\x01\x02" or name_length > LONGEST_NAME:
        raise damaged("its table of contents")
    raw = table.read(name_length, "its table of contents")
    extra = table.read(extra_length, "its table of contents")
    table.read(comment_length, "its table of contents")
    size, packed, begin = _sizes_64(extra, size, packed, fields[16])
    name = _decoded(raw)
    return Entry(name, method, _region(source, begin, packed, raw), size, crc, flags), begin


def _sizes_64(extra: bytes, *sizes: int) -> Iterator[int]:
    """The 32-bit numbers, each that is full replaced by the next one of the 64-bit extra field."""
    long = iter(())  # type: Iterator[Any]
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length]
            long = iter(struct.unpack("<{}Q".format(len(field) // 8), field[: len(field) // 8 * 8]))
        at += 4 + length
    for size in sizes:
        found = next(long, None) if size == 0xFFFFFFFF else size
        if found is None:
            raise damaged("a size of its table of contents")
        yield found


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _region(source: Source, begin: int, packed: int, raw: bytes) -> Region:
    if begin + LOCAL.size > source.size:
        raise truncated("an entry of the archive")
    local = source.part(begin, source.size - begin)
    header = LOCAL.unpack(local.read(LOCAL.size))
    if header[0] != b"PK\x03\x04" or local.read(header[-2], "the archive") != raw:
        raise damaged("an entry does not have the name that the table of contents says")
    position = begin + LOCAL.size + header[-2] + header[-1]
    if position + packed > source.size:
        raise truncated(repr(raw)[:60])
    return Region(position, packed)


def _refuse_overlaps(spans: List[Tuple[int, int, str]], table: int) -> None:
    for (_, end, name), (begin, _, other) in zip(
        spans, spans[1:] + [(table, table, "the table of contents")]
    ):
        if end > begin:
            raise unsafe("{!r:.60} and {!r:.60} overlap".format(name, other))
