"""Shared libraries without the bytes that a loaded library never reads.

An ELF file describes itself twice. *Sections* are for linkers and debuggers; *program headers* are for the
loader, which looks at nothing else: each PT_LOAD header says "map `filesz` bytes at `offset` of the file to
address `vaddr`, then fill with zeros up to `memsz`". So a library may be rewritten as long as each byte that
somebody reads in memory is still found at its address:

    file     [ header | code | GPU kernels | tables ][ data ][ symbols, debug information ][ sections ]
    becomes  [ header | code ][ tables ][ data ][ program headers ]

The kernels' addresses stay taken: the piece before them gets a `memsz` that reaches over them, and reads as
zeros there. Pieces move in the file only, never in memory, so no relocation or address in the code changes.
"""
import struct
from typing import FrozenSet, Iterator, List, NamedTuple, Optional, Tuple

PAGE = 4096
SMALLEST_GAP = 16 * PAGE  # a smaller hole is not worth a mapping of its own

FILE_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")  # Elf64_Ehdr
PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")  # Elf64_Phdr
SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")  # Elf64_Shdr
ELF64_LITTLE_ENDIAN = b"\x7fELF\x02\x01"
SHARED_OBJECT = 3  # ET_DYN
PT_LOAD, PT_INTERP, PT_PHDR = 1, 3, 6
SHT_NOBITS = 8  # .bss: takes memory, not file
SHF_ALLOC = 2  # read by the running program, not only by tools

Range = Tuple[int, int]  # start, end


class Segment(NamedTuple):
    """A program header, in the order of its fields in the file."""

    kind: int
    flags: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    align: int


class Section(NamedTuple):
    """A section header; `name` is already looked up."""

    name: str
    kind: int
    flags: int
    offset: int
    size: int


class Library(NamedTuple):
    header: Tuple
    segments: Tuple[Segment, ...]
    sections: Tuple[Section, ...]


def library_from_bytes(data: bytes) -> Optional[Library]:
    """The headers of a shared library; None for any other file, and for a library without sections."""
    if data[:6] != ELF64_LITTLE_ENDIAN:
        return None
    header = FILE_HEADER.unpack_from(data)
    segments_at, sections_at = header[5], header[6]
    segment_count, section_count, names_index = header[10], header[12], header[13]
    segments = tuple(Segment(*PROGRAM_HEADER.unpack_from(data, segments_at + index * PROGRAM_HEADER.size))
                     for index in range(segment_count))
    runs_by_itself = any(segment.kind == PT_INTERP for segment in segments)
    if header[1] != SHARED_OBJECT or runs_by_itself or not section_count:
        return None
    rows = [SECTION_HEADER.unpack_from(data, sections_at + index * SECTION_HEADER.size)
            for index in range(section_count)]
    names_at = rows[names_index][4]
    sections = tuple(Section(_text(data, names_at + row[0]), row[1], row[2], row[4], row[5]) for row in rows)
    return Library(header, segments, sections)


def _text(data: bytes, start: int) -> str:
    return data[start:data.index(b"\0", start)].decode("ascii")


def slimmed(data: bytes, unused_sections: FrozenSet[str] = frozenset()) -> bytes:
    """The library with every loaded section in place except those named, which read as zeros.

    Anything that is not a shared library is given back as it is.
    """
    library = library_from_bytes(data)
    if library is None:
        return data
    kept = _kept_ranges(library, unused_sections)
    pieces = [piece for segment in library.segments if segment.kind == PT_LOAD
              for piece in _pieces(segment, kept)]
    return _written(data, library, pieces)


def _kept_ranges(library: Library, unused_sections: FrozenSet[str]) -> List[Range]:
    """Ranges of the old file that the program reads, in order, joined where the hole between is small."""
    segments_at, segment_count = library.header[5], library.header[10]
    ranges = [(0, FILE_HEADER.size), (segments_at, segments_at + segment_count * PROGRAM_HEADER.size)]
    in_file = [section for section in library.sections
               if section.flags & SHF_ALLOC and section.kind != SHT_NOBITS]
    ranges += [(section.offset, section.offset + section.size) for section in in_file
               if section.name not in unused_sections]
    joined = []  # type: List[Range]
    for start, end in sorted(ranges):
        if joined and start - joined[-1][1] < SMALLEST_GAP:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _pieces(segment: Segment, kept: List[Range]) -> Iterator[Segment]:
    """One segment as several, without what is not kept; together they still cover all of its memory."""
    inside = [(max(start, segment.offset), min(end, segment.offset + segment.filesz)) for start, end in kept]
    inside = [(start, end) for start, end in inside if start < end]
    if not inside or inside[0][0] > segment.offset:
        inside.insert(0, (segment.offset, segment.offset))  # its first addresses must stay taken too
    for index, (start, end) in enumerate(inside):
        vaddr = segment.vaddr + start - segment.offset
        if index + 1 < len(inside):
            following = segment.vaddr + inside[index + 1][0] - segment.offset
            memory_end = following // PAGE * PAGE  # the page of the next piece is mapped by that piece
        else:
            memory_end = segment.vaddr + segment.memsz
        yield segment._replace(offset=start, vaddr=vaddr, paddr=vaddr, filesz=end - start,
                               memsz=memory_end - vaddr, align=PAGE)


def _written(data: bytes, library: Library, pieces: List[Segment]) -> bytes:
    """The new file: the pieces, then the program headers on a page of their own.

    A page of their own, because the loader clears the rest of a piece's last page when `memsz` is larger than
    `filesz`, and takes headers found in that page to be mapped there.
    """
    out = bytearray()
    placed = []
    for piece in pieces:
        out.extend(bytes((piece.vaddr - len(out)) % PAGE))  # offset and address agree modulo the page size
        placed.append(piece._replace(offset=len(out)))
        out.extend(data[piece.offset:piece.offset + piece.filesz])
    others = [_moved(segment, placed) for segment in library.segments
              if segment.kind not in (PT_LOAD, PT_PHDR)]
    out.extend(bytes(-len(out) % PAGE))
    headers_at = len(out)
    for segment in placed + others:
        out.extend(PROGRAM_HEADER.pack(*segment))
    FILE_HEADER.pack_into(out, 0, *_header(library.header, headers_at, len(placed + others)))
    return bytes(out)


def _moved(segment: Segment, placed: List[Segment]) -> Segment:
    """A header that only points into loaded memory (.dynamic, notes, ...), at its new place in the file."""
    for piece in placed:
        if piece.vaddr <= segment.vaddr and segment.vaddr + segment.filesz <= piece.vaddr + piece.filesz:
            return segment._replace(offset=segment.vaddr - piece.vaddr + piece.offset)
    if segment.filesz:
        raise ValueError("program header of type {:#x} points at cut bytes".format(segment.kind))
    return segment._replace(offset=0)


def _header(header: Tuple, headers_at: int, count: int) -> Tuple:
    """The file header with the new program headers and without sections."""
    changed = list(header)
    changed[5], changed[6], changed[10], changed[12], changed[13] = headers_at, 0, count, 0, 0
    return tuple(changed)
