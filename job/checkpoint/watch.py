"""Whether a file is still what it was when it was opened."""

import contextlib
import os
import time
from pathlib import Path
from typing import BinaryIO, Iterator, NamedTuple, Optional, Sequence, Tuple

from job.errors import EnvironmentFailed, JobError

RECENT = 30.0  # seconds: a file as young as this may still be growing
SETTLE = 2.0  # seconds to see whether it does: who writes over a network pauses


class Watch(NamedTuple):
    """A file as it was; mapped arrays are the checkpoint's only as long as it stays so."""

    path: Path
    identity: Tuple[int, int, int, int]  # size, time of change in ns, inode, device

    @property
    def size(self) -> int:
        return self.identity[0]

    @property
    def changed_at(self) -> float:
        return self.identity[1] / 1e9

    def refuse_change(self) -> None:
        """EnvironmentFailed where the path now names something else, or the file was written to."""
        if _identity_at(self.path) != self.identity:
            raise self._changed()

    def refuse_growth(self) -> None:
        """As refuse_change(), of what may be half written."""
        if time.time() - self.changed_at < RECENT:
            time.sleep(SETTLE)
        self.refuse_change()

    def refuse_writes(self) -> None:
        """EnvironmentFailed where the file was written to; one that was replaced or removed is still mapped."""
        now = _identity_at(self.path)
        if now is not None and now[2:] == self.identity[2:] and now != self.identity:
            raise self._changed()

    def _changed(self) -> EnvironmentFailed:
        return EnvironmentFailed(
            "{} changed while it was read".format(self.path.name),
            hint="write {0} as {0}.tmp, and rename it when it is whole".format(self.path.name),
        )


def was_written_lately(path: Path) -> bool:
    """Also where a copy took its time over from the original, and where the volume's clock goes before ours."""
    try:
        status = os.stat(str(path))
    except OSError:
        return False
    return any(abs(time.time() - at) < RECENT for at in (status.st_mtime, status.st_ctime))


@contextlib.contextmanager
def unwritten(files: Sequence[Path]) -> Iterator[None]:
    """EnvironmentFailed, also in place of another error, where one of the files was written to before this ends.

    A file whose length is there before its bytes can be read as if it were whole.
    """
    watches = [Watch(file, identity) for file, identity in zip(files, map(_identity_at, files)) if identity]
    try:
        yield
    except JobError as error:
        if error.exit_code < 128:  # no signal
            _refuse_writes(watches, error)
        raise
    _refuse_writes(watches)


def _refuse_writes(watches: Sequence[Watch], error: Optional[JobError] = None) -> None:
    try:
        for each in watches:
            each.refuse_writes()
    except EnvironmentFailed as written:
        raise written from error


def watch(path: Path, file: BinaryIO) -> Watch:
    return Watch(path, _identity(os.fstat(file.fileno())))


def _identity_at(path: Path) -> Optional[Tuple[int, int, int, int]]:
    """None where there is no file."""
    try:
        return _identity(os.stat(str(path)))
    except OSError:
        return None


def _identity(status: os.stat_result) -> Tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev
