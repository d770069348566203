"""Shards and their index: every shard is read by its own format's reader."""
from collections import OrderedDict
from pathlib import Path
from typing import List, Sequence, Tuple

from job.checkpoint.arriving import missing_file
from job.checkpoint.readers import Reader, register
from job.checkpoint.shards import is_index, shards_of
from job.checkpoint.source import Source
from job.checkpoint.values import Content
from job.checkpoint.watch import Watch, watch
from job.checkpoint.weights import Weights, weights_of
from job.errors import BadCheckpoint


def sniff(head: bytes, path: Path) -> bool:
    return is_index(path) and head.lstrip()[:1] == b"{"


def read(source: Source) -> Content:
    """All tensors of all shards; BadCheckpoint where a shard has not just the tensors that the index says."""
    tree = OrderedDict()  # type: OrderedDict
    notes, watches, wrong = [], [], []  # type: List[str], List[Watch], List[str]
    shards = shards_of(source.path)
    for name, keys in shards.items():
        try:
            weights, watched = _shard(source.path.with_name(name))
        except (FileNotFoundError, IsADirectoryError) as error:
            raise missing_file("its shard {} is not there".format(name), "keep all shards in the folder of the index",
                               source.path.parent, (source.path.name, *shards)) from error
        watches.append(watched)
        notes += ["{}: {}".format(name, note) for note in weights.notes]
        wrong += _differences(name, keys, list(weights.tensors))
        tree.update(weights.tensors)
    if wrong:
        raise BadCheckpoint(
            "its shards do not hold what it says: " + "; ".join(wrong),
            hint="are all of them of the same save? copy the index and its shards again",
        )
    return Content(tree, notes=("{} shards".format(len(watches)),) + tuple(notes), watches=tuple(watches))


def _shard(path: Path) -> Tuple[Weights, Watch]:
    with open(str(path), "rb") as file:
        watched = watch(path, file)
        try:
            return weights_of(path, Source(file, watched.size, path=path)), watched
        except BadCheckpoint:
            watched.refuse_growth()
            raise


def _differences(name: str, said: Sequence[str], found: Sequence[str]) -> List[str]:
    missing = sorted(set(said) - set(found))
    unsaid = sorted(set(found) - set(said))
    return (["{} lacks {}".format(name, _some(missing))] if missing else []) + (
        ["{} also holds {}".format(name, _some(unsaid))] if unsaid else []
    )


def _some(keys: Sequence[str]) -> str:
    return ", ".join("{:.80}".format(key) for key in keys[:5]) + (" and more" if len(keys) > 5 else "")


register(
    Reader(
        "sharded",
        "an index (`.safetensors.index.json`, `.bin.index.json`) and its shards beside it",
        sniff,
        read,
    )
)
