"""Slimmed libraries: the same memory, less file."""
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Tuple

import numpy
import onnx
import pytest
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "image"))
import elf  # noqa: E402

TORCH_LIBRARIES = Path(torch.__file__).parent / "lib"


def libraries() -> Iterator[Path]:
    """Of several linkers: plain, moved around by patchelf, full of symbols."""
    yield next(TORCH_LIBRARIES.glob("libgomp-*"))
    yield TORCH_LIBRARIES / "libtorch.so.1"
    yield next(Path(numpy.__file__).parent.glob("core/_multiarray_umath*.so"))
    yield next(Path(onnx.__file__).parent.glob("onnx_cpp2py_export*.so"))


def program_headers(data: bytes) -> List[elf.Segment]:
    header = elf.FILE_HEADER.unpack_from(data)
    places = range(header[5], header[5] + header[10] * elf.PROGRAM_HEADER.size, elf.PROGRAM_HEADER.size)
    return [elf.Segment(*elf.PROGRAM_HEADER.unpack_from(data, place)) for place in places]


def bytes_of(segment: elf.Segment, data: bytes) -> bytes:
    return data[segment.offset:segment.offset + segment.filesz]


def loaded(data: bytes) -> bytes:
    """The memory of a library as its program headers describe it, from address 0."""
    segments = [segment for segment in program_headers(data) if segment.kind == elf.PT_LOAD]
    memory = bytearray(max(segment.vaddr + segment.memsz for segment in segments))
    for segment in segments:
        assert (segment.vaddr - segment.offset) % segment.align == 0
        memory[segment.vaddr:segment.vaddr + segment.filesz] = bytes_of(segment, data)
    return bytes(memory)


def sections_in_memory(data: bytes) -> Iterator[Tuple[str, slice]]:
    """The addresses of every loaded section, by the file's own section headers."""
    header = elf.FILE_HEADER.unpack_from(data)
    for index, section in enumerate(elf.library_from_bytes(data).sections):
        if section.flags & elf.SHF_ALLOC and section.kind != elf.SHT_NOBITS:
            address = elf.SECTION_HEADER.unpack_from(data, header[6] + index * elf.SECTION_HEADER.size)[3]
            yield section.name, slice(address, address + section.size)


@pytest.mark.parametrize("library", libraries(), ids=lambda path: path.name)
def test_every_loaded_section_stays_at_its_address(library):
    whole = library.read_bytes()
    slim = elf.slimmed(whole)
    before, after = loaded(whole), loaded(slim)
    assert len(after) == len(before)
    places = dict(sections_in_memory(whole))
    assert ".text" in places and ".dynamic" in places
    for name, place in places.items():
        assert after[place] == before[place], name


def test_symbols_and_debug_information_are_gone():
    whole = (TORCH_LIBRARIES / "libtorch.so.1").read_bytes()
    assert len(elf.slimmed(whole)) < 0.75 * len(whole)


def test_an_unused_section_reads_as_zeros_and_takes_no_file():
    whole = (TORCH_LIBRARIES / "libtorch.so.1").read_bytes()
    slim = elf.slimmed(whole, frozenset([".rodata"]))
    memory = loaded(slim)
    places = dict(sections_in_memory(whole))
    unused = places.pop(".rodata")
    size = unused.stop - unused.start
    assert memory[unused] == bytes(size)
    assert len(elf.slimmed(whole)) - len(slim) > 0.9 * size
    assert all(memory[place] == loaded(whole)[place] for place in places.values())


@pytest.mark.parametrize("library", libraries(), ids=lambda path: path.name)
def test_headers_point_at_the_same_bytes(library):
    """.dynamic, notes and the table of exceptions are found through headers of their own."""
    def described(data):
        return sorted((row.kind, row.flags, row.vaddr, row.memsz, bytes_of(row, data))
                      for row in program_headers(data) if row.kind not in (elf.PT_LOAD, elf.PT_PHDR))

    whole = library.read_bytes()
    assert described(elf.slimmed(whole)) == described(whole)


def test_a_slimmed_library_loads(tmp_path):
    library = next(TORCH_LIBRARIES.glob("libgomp-*"))
    copy = tmp_path / "slim.so"
    copy.write_bytes(elf.slimmed(library.read_bytes()))
    load = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).omp_get_num_threads())"
    assert subprocess.check_output([sys.executable, "-c", load, str(copy)]) == b"1\n"


def test_slimming_twice_is_slimming_once():
    slim = elf.slimmed(next(libraries()).read_bytes())
    assert elf.slimmed(slim) == slim


@pytest.mark.parametrize("data", [
    b"", b"\x7fELF", b"\x7fELF\x01\x01" + bytes(100), b"/* GNU ld script */ INPUT(libc.so.6)",
])
def test_other_files_stay_as_they_are(data):
    assert elf.slimmed(data) == data


def test_an_executable_stays_as_it_is():
    data = Path(sys.executable).resolve().read_bytes()
    assert elf.slimmed(data) == data
