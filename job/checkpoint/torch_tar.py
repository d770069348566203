"""torch.save's oldest format, before 0.2: a tar archive of storages, tensors and a pickle that refers to them."""

import struct
from pathlib import Path
from typing import Any, Dict

from job.checkpoint.allow_list import find_global
from job.checkpoint.pickle_machine import Global, malformed, shown
from job.checkpoint.pickle_objects import load_pickle
from job.checkpoint.readers import Reader, register
from job.checkpoint.source import Source, truncated
from job.checkpoint.tensor_views import ITEM_SIZES, MOST_AXES, STORAGE_DTYPES, tensor
from job.checkpoint.values import Content, Region, Storage, TensorRef
from job.errors import BadCheckpoint

BLOCK = 512
MEMBERS = ("sys_info", "pickle", "storages", "tensors")
FILE, NOTES = (b"0", b"\0"), (b"x", b"g")  # kinds of members
MOST_OBJECTS = 100 * 1000


def sniff(head: bytes, path: Path) -> bool:
    return head[257:262] == b"ustar" or (
        len(head) >= BLOCK and _name(head) in MEMBERS and not any(head[257:BLOCK])
    )


def read(source: Source) -> Content:
    members = _members(source)
    missing = [name for name in MEMBERS[1:] if name not in members]
    if missing:
        raise BadCheckpoint(
            "the tar archive holds no {}".format(", ".join(missing)),
            hint="it is no checkpoint of torch.save; unpack it, and convert what is in it",
        )
    objects, regions = _storages(members["storages"])
    _add_tensors(members["tensors"], objects)

    def persistent_load(identity: Any) -> Any:
        if isinstance(identity, tuple) and len(identity) == 3:  # a class that was saved with its source
            return identity[0]
        return _known(objects, identity)

    tree = load_pickle(members["pickle"], find_global, persistent_load)
    system = load_pickle(members["sys_info"], find_global, persistent_load) if "sys_info" in members else {}
    return Content(tree, regions, isinstance(system, dict) and system.get("little_endian") is False)


def _members(source: Source) -> Dict[str, Source]:
    """The archive's plain files; nothing is unpacked, and no link is followed."""
    members = {}  # type: Dict[str, Source]
    position = 0
    while position + BLOCK <= source.size:
        source.seek(position)
        header = source.read(BLOCK)
        if not any(header):
            break
        name, kind, size = _name(header), header[156:157], _size(header)
        start = position + BLOCK
        if start + size > source.size:
            raise truncated("{!r:.60} of the tar archive".format(name))
        if kind in NOTES:
            _check_notes(source.part(start, size))
        elif kind not in FILE or name not in MEMBERS or name in members:
            raise _unsafe(
                "it holds {!r:.60}, a {}".format(name, "file" if kind in FILE else "link or device")
            )
        else:
            members[name] = source.part(start, size)
        position = start + -(-size // BLOCK) * BLOCK
    return members


def _name(header: bytes) -> str:
    return header[:100].split(b"\0")[0].decode("latin-1")


def _size(header: bytes) -> int:
    """A member's size, its header's checksum compared."""
    try:
        size, checksum = (int(field.strip(b" \0") or b"0", 8) for field in (header[124:136], header[148:156]))
    except ValueError as error:
        raise _unsafe("a header of it is no text") from error
    if size < 0 or checksum != sum(header[:148]) + sum(header[156:]) + 8 * ord(" "):
        raise _unsafe("a header of it is damaged")
    return size


def _check_notes(notes: Source) -> None:
    text = notes.read(min(notes.size, BLOCK * 8))
    if notes.size > len(text) or b" path=" in text or b" size=" in text:
        raise _unsafe("it renames or resizes what it holds")


def _storages(source: Source) -> Any:
    """Storages and views of them by their keys, and where in the file each storage lies."""
    objects, regions = {}, {}  # type: Dict[Any, Any], Dict[str, Region]
    for _ in range(_count(source)):
        entry = load_pickle(source, find_global, _none)
        if not isinstance(entry, tuple) or len(entry) != 3 or not isinstance(entry[2], Global):
            raise malformed("a storage that is not described")
        kind = entry[2].name.split(".")[-1]
        elements = struct.unpack("<q", source.read(8))[0]
        storage = Storage(_key(entry[0]), STORAGE_DTYPES.get(kind, kind), elements)
        if storage.dtype not in ITEM_SIZES or elements < 0 or storage.key in regions:
            raise malformed("a storage of {} elements of {:.60}".format(elements, storage.dtype))
        size = elements * ITEM_SIZES[storage.dtype]
        regions[storage.key] = Region(source.start + source.position, size)
        objects[storage.key] = storage
        source.seek(source.position + size)
    views = load_pickle(source, find_global, _none)
    for view in views if isinstance(views, list) else ():
        if not isinstance(view, tuple) or len(view) != 4:
            raise malformed("a view that is not described")
        objects[_key(view[0])] = tensor(_known(objects, view[1]), view[2], (view[3],), (1,))
    return objects, regions


def _add_tensors(source: Source, objects: Dict[str, Any]) -> None:
    for _ in range(_count(source)):
        entry = load_pickle(source, find_global, _none)
        axes = struct.unpack("<i4x", source.read(8))[0]
        if not isinstance(entry, tuple) or len(entry) != 3 or not 0 <= axes <= MOST_AXES:
            raise malformed("a tensor that is not described")
        numbers = struct.unpack("<{}q".format(2 * axes + 1), source.read(8 * (2 * axes + 1)))
        held = _known(objects, entry[1])
        objects[_key(entry[0])] = tensor(held, numbers[-1], numbers[:axes], numbers[axes:-1])


def _count(source: Source) -> int:
    count = load_pickle(source, find_global, _none)
    if type(count) is not int or not 0 <= count <= MOST_OBJECTS:
        raise malformed("a count of " + shown(count))
    return count


def _known(objects: Dict[str, Any], key: Any) -> Any:
    found = objects.get(_key(key))
    if not isinstance(found, (Storage, TensorRef)):
        raise malformed("it refers to what it does not hold: " + shown(key))
    return found


def _key(key: Any) -> str:
    if not isinstance(key, (int, str)) or len(str(key)) > 100:
        raise malformed("a key that is no number: " + shown(key))
    return str(key)


def _none(identity: Any) -> Any:
    raise malformed("a table that refers to other objects")


def _unsafe(what: str) -> BadCheckpoint:
    return BadCheckpoint(
        "its tar archive is not torch.save's: " + what,
        hint="unpack it yourself if you trust it, and convert what is in it",
    )


register(Reader("torch-tar", "`torch.save` of PyTorch before 0.2", sniff, read))
