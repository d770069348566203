"""The job's own version: a digest of its source and of the lock, the same wherever they lie."""
import functools
import hashlib
import os
from pathlib import Path
from typing import Iterator

from job.errors import JobError

_PACKAGE = Path(__file__).resolve().parent
_DIGITS = 16


def job_version(package: Path = _PACKAGE) -> str:
    """16 hexadecimal digits of the SHA-256 over the package's files and requirements.lock beside it.

    Names and contents count; times, modes, compiled files and the place do not.
    """
    digest = hashlib.sha256()
    lock = package.parent / "requirements.lock"
    if not lock.is_file():
        raise JobError("requirements.lock is not beside {}".format(package),
                       hint="install job/ and requirements.lock together")
    for path in sorted(_source_files(package), key=os.fsencode) + [lock]:
        name, content = os.fsencode(path.relative_to(package.parent)), path.read_bytes()
        digest.update(b"%d %d " % (len(name), len(content)) + name + content)
    return digest.hexdigest()[:_DIGITS]


@functools.lru_cache(maxsize=None)
def own_version() -> str:
    """Of the job that runs, as it was when this process or one that it was forked from first asked."""
    return job_version()


def _source_files(package: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(str(package)):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        for name in files:
            if not name.endswith(".pyc") and not name.startswith("."):
                yield Path(folder, name)
