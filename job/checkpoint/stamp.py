"""A file's stamp: as long as it stays the same, so do the file's bytes, and nobody has to read all of them again.

Times and inode tell of a change as Bazel's and Git's caches have it told; where a volume keeps no time of change of its
own, a few blocks tell: no training leaves them as they were.
"""
import hashlib
import os
import time
from pathlib import Path
from typing import List, Optional

from job.checkpoint.shards import files_of
from job.errors import BadCheckpoint

_BLOCK = 64 * 1024  # bytes
_BLOCKS = 16        # the first and the last of a file, where formats keep their tables, among them
_SETTLED = 2.0      # seconds; the coarsest times that file systems keep


def stamp_of(checkpoint: Path) -> Optional[str]:
    """SHA-256 in hexadecimal, of an index and its shards over all of them.

    None where it tells nothing: a file cannot be read, or has changed just now and could again without its times moving.
    """
    digest = hashlib.sha256()
    try:
        for file in files_of(checkpoint):
            with open(str(file), "rb", buffering=0) as stream:
                status = os.fstat(stream.fileno())
                if time.time() - max(status.st_ctime, status.st_mtime) < _SETTLED:
                    return None
                facts = status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns
                digest.update(ascii((file.name, facts)).encode("ascii"))
                for place in _places(status.st_size):
                    digest.update(os.pread(stream.fileno(), _BLOCK, place))
    except (OSError, BadCheckpoint):
        return None
    return digest.hexdigest()


def _places(size: int) -> List[int]:
    """Where the blocks of a file of so many bytes begin."""
    last = max(size - _BLOCK, 0)
    return sorted({last * number // (_BLOCKS - 1) for number in range(_BLOCKS)})
