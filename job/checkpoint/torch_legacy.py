"""The format of torch.save up to 1.5: pickles one after the other, then the raw storages.

magic number, protocol version, system information, the object, the storages' keys; then for each
key a count of elements (int64) and the elements.
"""

import struct
from pathlib import Path
from typing import Any, Dict

from job.checkpoint.allow_list import find_global
from job.checkpoint.pickle_machine import malformed
from job.checkpoint.pickle_objects import load_pickle
from job.checkpoint.readers import Reader, register
from job.checkpoint.source import Source, truncated
from job.checkpoint.tensor_views import ITEM_SIZES, persistent_storage
from job.checkpoint.values import Content, Region, Storage, TensorRef
from job.errors import BadCheckpoint

MAGIC = 0x1950A86A20F9469CFC6C
MAGIC_AS_PICKLED = b"\x8a\n" + MAGIC.to_bytes(10, "little") + b"."
MAGIC_AS_TEXT = b"L%dL\n." % MAGIC  # of pickle's protocols 0 and 1


def sniff(head: bytes, path: Path) -> bool:
    return MAGIC_AS_PICKLED in head[:32] or head.startswith(MAGIC_AS_TEXT)


def read(source: Source) -> Content:
    storages = {}  # type: Dict[str, Storage]

    def persistent_load(identity: Any) -> Any:
        found = persistent_storage(identity)
        storage = found.storage if isinstance(found, TensorRef) else found
        if isinstance(storage, Storage):
            if storages.setdefault(storage.key, storage) != storage:
                raise malformed("storage {} is described twice, differently".format(storage.key))
        return found

    magic, protocol, system = (load_pickle(source, find_global, persistent_load) for _ in range(3))
    if magic != MAGIC or protocol != 1001 or not isinstance(system, dict):
        raise BadCheckpoint(
            "its header is not one of torch.save (protocol {!r:.40})".format(protocol),
            hint="save it again with torch.save",
        )
    tree = load_pickle(source, find_global, persistent_load)
    keys = load_pickle(source, find_global, persistent_load)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise malformed("the list of its storages is none")
    return Content(tree, _regions(source, keys, storages), system.get("little_endian") is False)


def _regions(source: Source, keys: list, storages: Dict[str, Storage]) -> Dict[str, Region]:
    regions = {}  # type: Dict[str, Region]
    for key in keys:
        storage = storages.get(key)
        if storage is None or key in regions:
            raise malformed("its list of storages names {!r:.40}, which the object does not".format(key))
        count = struct.unpack("<q", source.read(8, "the list of storages"))[0]
        if count != storage.elements or storage.dtype not in ITEM_SIZES:
            raise BadCheckpoint(
                "storage {} has {} elements of {}, {} were announced".format(
                    key, count, storage.dtype, storage.elements
                ),
                hint="the file is damaged, or of a type that cannot be converted",
            )
        size = count * ITEM_SIZES[storage.dtype]
        if source.position + size > source.size:
            raise truncated("storage {}".format(key))
        regions[key] = Region(source.position, size)
        source.seek(source.position + size)
    return regions


register(Reader("torch-legacy", "`torch.save` of PyTorch 0.2 to 1.5", sniff, read))
