"""Which bytes a checkpoint is: their SHA-256, and a stamp of each of its files.

As long as a file's stamp stays the same, so do its bytes, and nobody has to read all of them again. Times and inode tell of
a change as Bazel's and Git's caches have it told; where a volume keeps no time of change of its own, a few blocks tell: no
training leaves them as they were.
"""
import hashlib
import os
import time
from pathlib import Path
from typing import List, Mapping, NamedTuple, Optional, Sequence

from job.checkpoint.digest import sha256_of_files
from job.checkpoint.shards import files_of

_BLOCK = 64 * 1024  # bytes
_BLOCKS = 16        # the first and the last of a file, where formats keep their tables, among them
_SETTLED = 2.0      # seconds; the coarsest times that file systems keep

Stamps = Mapping[str, Optional[str]]  # of a checkpoint's files, by their path from its folder; its own among them


class Identity(NamedTuple):
    sha256: str     # of the file; of several see job.checkpoint.digest
    stamps: Stamps  # from before they were read


NOT_THERE = Identity("", {})  # no checkpoint's


def stamps_of(files: Sequence[Path], folder: Path) -> Stamps:
    return {file.relative_to(folder).as_posix(): stamp_of(file) for file in files}


def stamp_of(file: Path) -> Optional[str]:
    """SHA-256 in hexadecimal.

    None where it tells nothing: it cannot be read, or has changed just now and could again without its times moving.
    """
    digest = hashlib.sha256()
    try:
        with open(str(file), "rb", buffering=0) as stream:
            status = os.fstat(stream.fileno())
            if time.time() - max(status.st_ctime, status.st_mtime) < _SETTLED:
                return None
            facts = status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns
            digest.update(repr(facts).encode("ascii"))
            for place in _places(status.st_size):
                digest.update(os.pread(stream.fileno(), _BLOCK, place))
    except OSError:
        return None
    return digest.hexdigest()


def identity_now(checkpoint: Path, before: Optional[Identity]) -> Identity:
    """What it was before, as long as its files have the stamps that they had then; else of what they hold now.

    Raises as sha256_of_checkpoint().
    """
    folder = checkpoint.parent
    if before is None or checkpoint.name not in before.stamps:
        names = [file.name for file in files_of(checkpoint)]
    else:
        names = list(before.stamps)
        if not all(_is_file_beside(folder, name) for name in names):
            return NOT_THERE
    stamps = stamps_of([folder / name for name in names], folder)
    if before is not None and before.stamps == stamps and None not in stamps.values():
        return before
    return Identity(sha256_of_files(folder, names), stamps)


def _is_file_beside(folder: Path, name: str) -> bool:
    """Who may write to the output folder has a say in names: a pipe would be waited for."""
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts and (folder / path).is_file()


def _places(size: int) -> List[int]:
    """Where the blocks of a file of so many bytes begin."""
    last = max(size - _BLOCK, 0)
    return sorted({last * number // (_BLOCKS - 1) for number in range(_BLOCKS)})
