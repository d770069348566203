"""The format of torch.save since 1.6: a zip archive, stored, of data.pkl and one entry for each storage."""
import re
import struct
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

from job.checkpoint.allow_list import find_global
from job.checkpoint.pickle_objects import load_pickle
from job.checkpoint.readers import Reader, register
from job.checkpoint.source import Source, truncated
from job.checkpoint.tensor_views import persistent_storage
from job.checkpoint.values import Content, Region
from job.errors import BadCheckpoint

LOCAL_HEADER = struct.Struct("<4s5H3I2H")  # its last two: the lengths of the name and of the extra field
MOST_ENTRIES = 100 * 1000
ENCRYPTED = 1  # of the flags
IGNORED = re.compile(r"^[^/]+/(code|extra)/")  # the program text of TorchScript, which is compressed
ZIP_ERRORS = (zipfile.BadZipFile, ValueError, struct.error, OverflowError, NotImplementedError)


def sniff(head: bytes, path: Path) -> bool:
    """A zip whose first entry lies in a folder, as PyTorch's all do, and is no array of numpy's."""
    if not head.startswith(b"PK\x03\x04") or len(head) < LOCAL_HEADER.size:
        return False
    length = LOCAL_HEADER.unpack_from(head)[-2]
    name = head[LOCAL_HEADER.size:LOCAL_HEADER.size + length]
    return b"/" in name and not name.endswith(b".npy")


def read(source: Source) -> Content:
    regions = _entries(source)
    folder = _folder(regions)
    pickle = regions[folder + "/data.pkl"]
    storages = {
        name[len(folder) + len("/data/"):]: region
        for name, region in regions.items()
        if name.startswith(folder + "/data/")
    }
    tree = load_pickle(source.part(*pickle), find_global, persistent_storage)
    order = regions.get(folder + "/byteorder")
    is_big_endian = order is not None and source.part(*order).read(order.size) == b"big"
    is_script = folder + "/constants.pkl" in regions
    notes = ("it is a TorchScript archive; only its weights are used",) if is_script else ()
    return Content(tree, storages, is_big_endian, notes)


def _folder(regions: Dict[str, Region]) -> str:
    pickles = [name.split("/") for name in regions if name.endswith("/data.pkl")]
    folders = [parts[0] for parts in pickles if len(parts) == 2]
    if len(folders) != 1:
        raise BadCheckpoint(
            "the zip archive holds {} data.pkl, not one".format(len(folders) or "no"),
            hint="it is no checkpoint of torch.save",
        )
    return folders[0]


def _entries(source: Source) -> Dict[str, Region]:
    """Where each stored entry's bytes lie: named once, inside the file and apart from each other."""
    entries = _table_of_contents(source)
    if len(entries) > MOST_ENTRIES:
        raise _unsafe("it holds {} entries".format(len(entries)))
    regions = {}  # type: Dict[str, Region]
    for entry in entries:
        if entry.filename in regions:
            raise _unsafe("it holds {!r:.60} twice".format(entry.filename))
        stored = entry.compress_type == zipfile.ZIP_STORED and entry.compress_size == entry.file_size
        if stored and not entry.flag_bits & ENCRYPTED:
            regions[entry.filename] = _region(source, entry)
        elif not IGNORED.search(entry.filename):
            raise _unsafe("{!r:.60} is compressed or encrypted".format(entry.filename))
    _refuse_overlaps(sorted((region, name) for name, region in regions.items() if region.size))
    return regions


def _table_of_contents(source: Source) -> List[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(source.file) as archive:
            return archive.infolist()
    except ZIP_ERRORS as error:
        raise BadCheckpoint(
            "the zip archive is damaged: {}".format(error), hint="it is truncated or damaged: copy it again"
        ) from error


def _region(source: Source, entry: Any) -> Region:
    source.seek(entry.header_offset)
    header = LOCAL_HEADER.unpack(source.read(LOCAL_HEADER.size, "the zip archive"))
    position = entry.header_offset + LOCAL_HEADER.size + header[-2] + header[-1]
    if header[0] != b"PK\x03\x04" or position + entry.file_size > source.size:
        raise truncated("{!r:.60}".format(entry.filename))
    return Region(position, entry.file_size)


def _refuse_overlaps(ordered: List[Tuple[Region, str]]) -> None:
    for (before, name), (after, other) in zip(ordered, ordered[1:]):
        if before.position + before.size > after.position:
            raise _unsafe("{!r:.60} and {!r:.60} overlap".format(name, other))


def _unsafe(what: str) -> BadCheckpoint:
    return BadCheckpoint("its zip archive is not torch.save's: " + what, hint="save it again with torch.save")


register(Reader("torch-zip", "torch.save of PyTorch 1.6 and later", sniff, read))
