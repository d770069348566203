"""The registry of formats: how each is told from its first bytes, and how it is read."""

from pathlib import Path
from typing import Callable, List, NamedTuple, Tuple

from job.checkpoint.source import Source
from job.checkpoint.values import Content
from job.errors import BadCheckpoint

HEAD = 4096  # bytes that a sniff may look at


class Reader(NamedTuple):
    name: str
    summary: str  # one line for the table of formats
    sniff: Callable[[bytes, Path], bool]  # (the first HEAD bytes, path)
    read: Callable[[Source], Content]


_READERS = []  # type: List[Reader]


def register(reader: Reader) -> Reader:
    if any(known.name == reader.name for known in _READERS):
        raise ValueError("the format {} is registered twice".format(reader.name))
    _READERS.append(reader)
    return reader


def formats() -> Tuple[Reader, ...]:
    """Of which each file is read by the first whose sniff knows it."""
    return tuple(_READERS)


def reader_for(head: bytes, path: Path) -> Reader:
    """The one reader that knows these first bytes, or BadCheckpoint with what they look like instead."""
    for reader in _READERS:
        if reader.sniff(head, path):
            return reader
    known = "formats read are {}, and .onnx files".format(", ".join(reader.name for reader in _READERS))
    raise BadCheckpoint("{} is no checkpoint that can be read: {}".format(path.name, _looks_like(head)),
                        hint=known if head else "was it copied whole? copy it again")


KNOWN_OTHERS = (
    (b"version https://git-lfs", "it is a Git LFS pointer, not the file itself; run `git lfs pull`"),
    (b"\x1f\x8b", "it is compressed by gzip; unpack it first"),
    (b"\x89HDF", "it is an HDF5 file, as Keras writes them"),
    (b"GGUF", "it is a GGUF file, as llama.cpp reads them: give what it was made of"),
    (b"PK\x03\x04", "it is a zip archive, but not one that torch.save writes"),
    (b"\x80", "it is a pickle that torch.save did not write"),
    (b"<", "it is a web page or XML"),
    (b"{", "it is JSON text"),
    (b"\0" * 16, "it begins with zeros, as a file does whose copy was cut short"),
)


def _looks_like(head: bytes) -> str:
    if not head:
        return "it is empty"
    for magic, description in KNOWN_OTHERS:
        if head.startswith(magic):
            return description
    if head[4:8] == b"TFL3":  # behind where its root lies
        return "it is a .tflite file already"
    return "its first bytes are {}".format(head[:8].hex())
