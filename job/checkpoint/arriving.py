"""Checkpoints of several files of which some are not there: a copy is under way as long as one of the others is young."""
import contextlib
import os
import re
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator

from job.checkpoint.shards import index_of
from job.checkpoint.watch import was_written_lately
from job.errors import BadCheckpoint, EnvironmentFailed, JobError

# As writers of shards number them. Folds and epochs are in fewer digits: net-3-of-5.pth.
_SHARD = re.compile(r"(?P<front>.*?)\d{4,}(?P<of>-of-(?=0*[1-9])\d{4,})", re.IGNORECASE)


def missing_file(message: str, hint: str, folder: Path, others: Iterable[str]) -> JobError:
    """What to say where a file is not there: EnvironmentFailed if it may still come, since one of the others whose names
    are, or have in them, one of these is young; else BadCheckpoint."""
    names = tuple(others)
    if _is_arriving(folder, lambda found: any(each in found for each in names)):
        return EnvironmentFailed(message + " yet", hint="it is being copied, it seems: run again when all is there")
    return BadCheckpoint(message, hint)


@contextlib.contextmanager
def index_awaited(checkpoint: Path) -> Iterator[None]:
    """Whatever is wrong with a file that is called like a shard, and that no index names, comes of that.

    A BadCheckpoint becomes EnvironmentFailed as long as the index may still come.
    """
    try:
        yield
    except BadCheckpoint as error:
        called = _SHARD.match(checkpoint.name)
        if not called or index_of(checkpoint):
            raise
        raise _missing_index(checkpoint, called, error) from error


def _missing_index(shard: Path, called: Any, error: BadCheckpoint) -> JobError:
    message = "{} is called like one of several shards, and no index names it".format(shard.name)
    of_the_set = re.compile(r"{}\d+{}(?!\d)".format(*map(re.escape, called.group("front", "of"))))
    if _is_arriving(shard.parent, of_the_set.search):
        return EnvironmentFailed(message + " yet", "it is being copied, it seems: run again when all shards and their "
                                 "index are there; or copy the index first", error.stage)
    return BadCheckpoint("{}; alone: {}".format(message, error.message), "if it is one, copy the index of all shards there "
                         "too, such as model.safetensors.index.json. " + error.hint, error.stage)


def _is_arriving(folder: Path, belongs: Callable[[str], object]) -> bool:
    """Temporary names that a copy has meanwhile hold the last one."""
    return any(belongs(name) and was_written_lately(folder / name) for name in os.listdir(str(folder)))
