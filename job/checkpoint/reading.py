"""One checkpoint file, from its path to named arrays."""
import errno
import os
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, Callable, List, NamedTuple, Tuple

from job.checkpoint import safetensors, torch_legacy, torch_zip  # noqa: F401  (they register themselves)
from job.checkpoint.arrays import arrays_of
from job.checkpoint.digest import sha256_of_file
from job.checkpoint.readers import HEAD, reader_for
from job.checkpoint.source import Source
from job.checkpoint.state_dict import find_state_dict, without_prefix
from job.errors import BadCheckpoint, EnvironmentFailed, JobError, NoPermission

RECENT = 30.0  # seconds: a file as young as this may still be growing
SETTLE = 0.2  # seconds to see whether it does


class Checkpoint(NamedTuple):
    format: str  # the reader's name
    sha256: str  # of the file
    tensors: "OrderedDict[str, Any]"  # numpy arrays by key, in the file's order, prefixes taken off
    notes: Tuple[str, ...]
    prefix: str = ""  # what was taken off every key: "module." and the like


def read_checkpoint(path: Path) -> Checkpoint:
    """The weights in a file, none of whose code is run. Raises as read_whole(); BadCheckpoint if it holds none."""
    (format_name, tensors, notes), sha256 = read_whole(path, _weights)
    prefix, tensors = without_prefix(tensors)
    if prefix:
        notes = notes + ("every key began with {}, which was taken off".format(prefix),)
    return Checkpoint(format_name, sha256, tensors, notes, prefix)


def read_whole(path: Path, read: Callable[[Path, Source], Any]) -> Tuple[Any, str]:
    """What `read` makes of the file, and the file's SHA-256.

    BadCheckpoint: it cannot be read, or is unsafe. NoPermission: it may not be opened.
    EnvironmentFailed: it changes while it is read, or the volume fails; a retry may help.
    """
    path = Path(path)
    try:
        with open(str(path), "rb") as file:
            return _read(path, file, read)
    except OSError as error:
        raise _of_os_error(path, error) from error
    except MemoryError as error:
        raise EnvironmentFailed(
            "not enough memory to read {}".format(path.name), hint="give the job more memory"
        ) from error


def _read(path: Path, file: BinaryIO, read: Callable[[Path, Source], Any]) -> Tuple[Any, str]:
    before = _identity(file)
    digest = Digest(path)
    digest.start()
    try:
        result = read(path, Source(file, before[0]))
    except BadCheckpoint:
        if time.time() - before[1] / 1e9 < RECENT:
            time.sleep(SETTLE)
        _refuse_change(path, file, before)
        raise
    finally:
        digest.join()
    sha256 = digest.result()
    _refuse_change(path, file, before)
    return result, sha256


def _weights(path: Path, source: Source) -> Tuple[str, "OrderedDict[str, Any]", Tuple[str, ...]]:
    head = source.file.read(HEAD)
    source.seek(0)
    reader = reader_for(head, path)
    try:
        content = reader.read(source)
        state_dict, found_notes = find_state_dict(content.tree)
        tensors, array_notes = arrays_of(source, content, state_dict.tensors)
    except BadCheckpoint as error:
        where = "{} ({}): ".format(path.name, reader.name)
        raise BadCheckpoint(where + error.message, error.hint) from error
    return reader.name, tensors, content.notes + found_notes + array_notes


class Digest(threading.Thread):
    """The file's SHA-256, computed beside the reading."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._path = path
        self._outcome = []  # type: List[Any]

    def run(self) -> None:
        try:
            self._outcome.append(sha256_of_file(self._path))
        except OSError as error:
            self._outcome.append(error)

    def result(self) -> str:
        outcome = self._outcome[0]
        if isinstance(outcome, OSError):
            raise outcome
        return outcome


def _identity(file: BinaryIO) -> Tuple[int, int, int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev


def _refuse_change(path: Path, file: BinaryIO, before: Tuple[int, int, int, int]) -> None:
    """Neither the open file nor what its path now names may differ from what was opened."""
    now = os.stat(str(path))
    if _identity(file) != before or (now.st_size, now.st_mtime_ns, now.st_ino, now.st_dev) != before:
        raise EnvironmentFailed(
            "{} changed while it was read".format(path.name),
            hint="write {0} as {0}.tmp, and rename it when it is whole".format(path.name),
        )


def _of_os_error(path: Path, error: OSError) -> JobError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return NoPermission(
            "no permission to read {}".format(path),
            hint="run with --user, or set fsGroup, to match the volume's owner",
        )
    if error.errno == errno.EISDIR:
        return BadCheckpoint("{} is a folder, not a file".format(path), hint="name the checkpoint's file")
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG):
        return BadCheckpoint("there is no file {}".format(path), hint="is the volume mounted?")
    return EnvironmentFailed(
        "{} cannot be read: {}".format(path, error.strerror), hint="check the volume, then retry"
    )
