"""A checkpoint in several files: an index such as NAME.safetensors.index.json, which names its shards.

The index is the checkpoint; its shards lie in its own folder and are no checkpoints of their own.
"""

import os
import re
from pathlib import Path, PurePath
from typing import Any, Dict, FrozenSet, List, Mapping, Tuple, TypeVar

from job.checkpoint.json_values import LONGEST, value_from_json
from job.errors import BadCheckpoint

SUFFIX = ".index.json"
_SHARD = re.compile(r"\d+-of-\d+", re.IGNORECASE)  # in every name that writers of shards give them
MOST_SHARDS = 1000

AnyPath = TypeVar("AnyPath", bound=PurePath)


def is_index(path: PurePath) -> bool:
    return path.name.lower().endswith(SUFFIX) and len(path.name) > len(SUFFIX)


def without_suffix(path: AnyPath) -> AnyPath:
    """The path without what only says the format: net.pth -> net, net.bin.index.json -> net."""
    if is_index(path):
        path = path.with_name(path.name[: -len(SUFFIX)])
    return path.with_suffix("")


def files_of(checkpoint: Path) -> List[Path]:
    """The file alone; an index and its shards. Raises as shards_of()."""
    return [checkpoint] + [checkpoint.with_name(name) for name in (shards_of(checkpoint) if is_index(checkpoint) else ())]


def shards_of(index: Path) -> Mapping[str, Tuple[str, ...]]:
    """The keys of each shard, by the names of the shards' files.

    BadCheckpoint where it is no index, or names what is no file of its own folder. OSError.
    """
    if index.exists() and not index.is_file():  # a pipe would be waited for
        raise _bad(index, "it is not a file")
    with open(str(index), "rb") as file:
        raw = file.read(LONGEST + 1)
    try:
        table = value_from_json(raw)
    except ValueError as error:
        raise _bad(index, "it is not JSON: {:.200}".format(str(error))) from error
    weight_map = table.get("weight_map") if isinstance(table, dict) else None
    if not isinstance(weight_map, dict) or not weight_map:
        raise _bad(index, "it has no weight_map")
    shards = {}  # type: Dict[str, List[str]]
    for key, name in weight_map.items():
        shards.setdefault(_checked(index, name), []).append(key)
    if len(shards) > MOST_SHARDS:
        raise _bad(index, "it names {} files".format(len(shards)))
    return {name: tuple(keys) for name, keys in sorted(shards.items())}


def files_if_known(checkpoint: Path) -> List[Path]:
    """As files_of(); of an index that cannot be read, the index alone."""
    try:
        return files_of(checkpoint)
    except (BadCheckpoint, OSError):
        return [checkpoint]


def shards_beside(folder: Path, names: List[str]) -> FrozenSet[str]:
    """Which names in a folder are shards of an index there; an index that cannot be read names none."""
    found = set()
    for name in names:
        if is_index(PurePath(name)):
            try:
                found.update(shards_of(folder / name))
            except (BadCheckpoint, OSError):
                continue  # it is reported when its own turn comes
    return frozenset(found)


def index_of(shard: Path) -> str:
    """The name of the index beside a file that names it as a shard, "" where there is none."""
    if not _SHARD.search(shard.name):
        return ""
    for name in sorted(os.listdir(str(shard.parent))):
        if shard.name in shards_beside(shard.parent, [name]):
            return name
    return ""


def _checked(index: Path, name: Any) -> str:
    """A plain file name: nothing that leads elsewhere, and not the index itself."""
    plain = isinstance(name, str) and 0 < len(name) <= 255 and not set(name) & set("/\\\0")
    if not plain or name in (".", "..", index.name) or name.lower().endswith(SUFFIX):
        raise _bad(
            index,
            "it names {!r:.80}, which is no file beside it".format(name if isinstance(name, str) else "?"),
        )
    return name


def _bad(index: Path, what: str) -> BadCheckpoint:
    return BadCheckpoint(
        "{} is no index of shards: {}".format(index.name, what),
        hint="copy it again, beside all of its shards",
    )
