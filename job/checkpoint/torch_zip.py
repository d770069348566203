"""The format of torch.save since 1.6: a zip archive, stored, of data.pkl and one entry for each storage.

TorchScript archives are of the same kind; those of PyTorch 1.1 have a JSON table in place of data.pkl.
"""

import re
from pathlib import Path
from typing import Dict, Iterable, Tuple

from job.checkpoint import torch_script
from job.checkpoint.allow_list import find_global
from job.checkpoint.pickle_objects import load_pickle
from job.checkpoint.readers import Reader, register
from job.checkpoint.source import Source
from job.checkpoint.tensor_views import persistent_storage
from job.checkpoint.values import Content, Region
from job.checkpoint.zip_archive import LOCAL, entries_of, unsafe
from job.errors import BadCheckpoint

IGNORED = re.compile(r"^[^/]+/(code|extra)/")  # the program text of TorchScript, which may be compressed
SCRIPT_NOTE = "it is a TorchScript archive; only its weights are used"


def sniff(head: bytes, path: Path) -> bool:
    """A zip whose first entry lies in a folder, as PyTorch's all do, and is no array of numpy's."""
    if not head.startswith(b"PK\x03\x04") or len(head) < LOCAL.size:
        return False
    length = LOCAL.unpack_from(head)[-2]
    name = head[LOCAL.size : LOCAL.size + length]
    return b"/" in name and not name.endswith(b".npy")


def read(source: Source) -> Content:
    regions, folder = regions_and_folder(source)
    if folder + "/data.pkl" not in regions:
        return torch_script.read(source, regions, folder)._replace(notes=(SCRIPT_NOTE,))
    storages = {
        name[len(folder) + len("/data/") :]: region
        for name, region in regions.items()
        if name.startswith(folder + "/data/")
    }
    tree = load_pickle(source.part(*regions[folder + "/data.pkl"]), find_global, persistent_storage)
    is_script = folder + "/constants.pkl" in regions
    return Content(
        tree, storages, _is_big_endian(source, regions, folder), (SCRIPT_NOTE,) if is_script else ()
    )


def _is_big_endian(source: Source, regions: Dict[str, Region], folder: str) -> bool:
    if folder + "/byteorder" not in regions:
        return False
    order = source.part(*regions[folder + "/byteorder"])
    said = order.read(min(order.size, 10))
    if said not in (b"little", b"big"):
        raise BadCheckpoint("its order of bytes is {!r}".format(said), hint="it is damaged: copy it again")
    return said == b"big"


def regions_and_folder(source: Source) -> Tuple[Dict[str, Region], str]:
    """Where each entry's bytes lie, and the folder of the archive that all of them are in."""
    regions = _regions(source)
    return regions, _folder(regions)


def _folder(regions: Dict[str, Region]) -> str:
    found = [name.split("/") for name in regions if name.endswith(("/data.pkl", "/model.json"))]
    folders = {parts[0] for parts in found if len(parts) == 2}
    if len(folders) != 1:
        raise BadCheckpoint(
            "the zip archive holds {} data.pkl, not one".format(len(folders) or "no"),
            hint=_hint_for(regions),
        )
    return folders.pop()


def _hint_for(names: Iterable[str]) -> str:
    """What to do with an archive that torch.save did not write."""
    if any(name.endswith("/archive_format") for name in names):
        return "it is torch.export's: torch.save(program.state_dict, FILE) leaves a checkpoint"
    if any(name.startswith("MAR-INF/") for name in names):
        return "it is an archive for TorchServe: unpack it, the checkpoint is a file in it"
    return "it is no checkpoint of torch.save"


def _regions(source: Source) -> Dict[str, Region]:
    """Where each stored entry's bytes lie."""
    regions = {}  # type: Dict[str, Region]
    for entry in entries_of(source).values():
        if entry.is_stored:
            regions[entry.name] = entry.region
        elif not IGNORED.search(entry.name):
            raise unsafe("{!r:.60} is compressed or encrypted".format(entry.name))
    return regions


register(Reader("torch-zip", "`torch.save` since PyTorch 1.6, and TorchScript", sniff, read))
