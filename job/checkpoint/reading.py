"""One checkpoint, from its path to named arrays."""

import errno
import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, Callable, List, NamedTuple, Optional, Tuple

# Readers register themselves, in the order in which they are asked.
from job.checkpoint import sharded, safetensors, torch_legacy, torch_zip, torch_tar, npz  # noqa: F401
from job.checkpoint.digest import sha256_of_checkpoint
from job.checkpoint.identity import Identity, Stamps, stamps_of
from job.checkpoint.prefixes import Stripped, namings
from job.checkpoint.shards import files_if_known
from job.checkpoint.source import Source
from job.checkpoint.watch import Watch, watch
from job.checkpoint.weights import Weights, weights_of
from job.errors import BadCheckpoint, EnvironmentFailed, JobError, NoPermission
from job.processes.threads import starting


class Checkpoint(NamedTuple):
    format: str  # the reader's name
    sha256: str  # of the file; of an index and its shards, see job.checkpoint.digest
    namings: Tuple[Stripped, ...]  # arrays (of half precision HalfTensor) in the file's order, by the likeliest keys first
    notes: Tuple[str, ...]
    watches: Tuple[Watch, ...] = ()  # arrays may be the mapped file itself: good while it stays as it was
    stamps: Stamps = {}  # see job.checkpoint.identity

    @property
    def tensors(self) -> "OrderedDict[str, Any]":
        return self.namings[0].tensors

    def refuse_writes(self) -> None:
        """EnvironmentFailed where a file that it lies in was written to."""
        for each in self.watches:
            each.refuse_writes()


def read_checkpoint(path: Path, weights_key: Optional[str] = None, trust_pickle: bool = False) -> Checkpoint:
    """The weights in a file, none of whose code is run unless it is trusted and cannot be read otherwise.

    Raises as read_whole(); BadCheckpoint if it holds no weights, or none of that key.
    """

    def read(path: Path, source: Source) -> Weights:
        watched = watch(path, source.file)
        weights = _weights(path, source, weights_key, trust_pickle)
        return weights._replace(watches=(watched,) + weights.watches)

    weights, identity = read_whole(path, read)
    return Checkpoint(weights.format, identity.sha256, namings(weights.tensors), weights.notes, weights.watches,
                      identity.stamps)


def read_whole(path: Path, read: Callable[[Path, Source], Any]) -> Tuple[Any, Identity]:
    """What `read` makes of the file, and which bytes it is.

    BadCheckpoint: it cannot be read, or is unsafe. NoPermission: it may not be opened.
    EnvironmentFailed: it changes while it is read, or the volume fails; a retry may help.
    """
    path = Path(path)
    try:
        with open(str(path), "rb", buffering=0) as file:
            return _read(path, file, read)
    except OSError as error:
        raise _of_os_error(path, error) from error
    except MemoryError as error:
        raise EnvironmentFailed(
            "not enough memory to read {}".format(path.name), hint="give the job more memory"
        ) from error


def _read(path: Path, file: BinaryIO, read: Callable[[Path, Source], Any]) -> Tuple[Any, Identity]:
    watched, stamps = watch(path, file), stamps_of(files_if_known(path), path.parent)
    digest = _begun(Digest(path))
    try:
        result = read(path, Source(file, watched.size, path=path))
    except BadCheckpoint:
        watched.refuse_growth()
        raise
    finally:
        digest.join()
    for each in getattr(result, "watches", (watched,)):
        each.refuse_change()
    return result, Identity(digest.result(), stamps)


def _begun(digest: "Digest") -> "Digest":
    with starting():
        digest.start()
    return digest


def _weights(path: Path, source: Source, weights_key: Optional[str], trust_pickle: bool) -> Weights:
    try:
        return weights_of(path, source, weights_key)
    except BadCheckpoint as refusal:
        if not trust_pickle:
            raise
        from job.checkpoint.trusted import trusted_weights  # imports PyTorch

        return trusted_weights(path, weights_key, refusal)


class Digest(threading.Thread):
    """The checkpoint's SHA-256, computed beside the reading."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._path = path
        self._outcome = []  # type: List[Any]

    def run(self) -> None:
        try:
            self._outcome.append(sha256_of_checkpoint(self._path))
        except (OSError, JobError) as error:
            self._outcome.append(error)

    def result(self) -> str:
        outcome = self._outcome[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def _of_os_error(path: Path, error: OSError) -> JobError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return NoPermission(
            "no permission to read {}".format(path),
            hint="run with --user, or set fsGroup, to match the volume's owner",
        )
    if error.errno == errno.EISDIR:
        return BadCheckpoint("{} is a folder, not a file".format(path), hint="name the checkpoint's file")
    if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
        return BadCheckpoint("there is no file {}".format(path), hint="name the checkpoint's file")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return EnvironmentFailed("{} is not there any more".format(path), hint="was the volume taken away? run again")
    return EnvironmentFailed(
        "{} cannot be read: {}".format(path, error.strerror or os.strerror(errno.EIO)),
        hint="check the volume, then retry",
    )
