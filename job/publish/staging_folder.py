"""Private folders on the output volume, where a model is made before it is published.

Beside each lies a lock file, which says whether the process lives that made it.
"""
import contextlib
import errno
import io
import re
import time
import uuid
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

from job.errors import UsageError
from job.publish.files import discard, refusals_as_job_errors, remove
from job.publish.lock import PREFIX, SUFFIX, dead_lock, own_lock
from job.publish.putting_back import put_back

_OUR_NAME = re.compile(re.escape(PREFIX) + ".*-[0-9a-f]{16}", re.DOTALL)
_REPLACED = "replaced"
_PATIENCE = (0.0, 0.1, 0.4, 1.5)  # seconds before each try: a child of what was killed may still write, and end then
_READABLE_NAME = 40  # characters; longer would go past 255 bytes with a long model's name


@contextlib.contextmanager
def staging(output_dir: Path, name: str) -> Iterator[Path]:
    """A new, empty, private folder on the output volume, removed at the end with all that is in it."""
    _make_output_dir(output_dir)
    folder = output_dir / "{}{}-{}".format(PREFIX, name[:_READABLE_NAME], uuid.uuid4().hex[:16])
    lock = None  # type: Optional[io.FileIO]
    try:
        with refusals_as_job_errors("writing to {}".format(output_dir)):
            lock = own_lock(_lock_of(folder))
            folder.mkdir(mode=0o700)
        yield folder
    finally:
        try:
            _recovered(folder, lock)
        except BaseException:  # a signal's, which comes once
            _recovered(folder, lock)
            raise
        finally:
            _close(lock)


def aside_of(staged: Path, name: str) -> Path:
    """Where in the staging folder of `staged` the model waits that it replaces; recover() knows it."""
    return staged.parent / _REPLACED / name


def forget_aside(staged: Path) -> None:
    """What was moved aside is not put back any more: its successor is whole."""
    with contextlib.suppress(OSError):  # what cannot be removed yet is tried again at the end of staging()
        discard(staged.parent / _REPLACED, staged.parent)


def recover(output_dir: Path) -> Tuple[str, ...]:
    """Finish what killed runs left: put back what they had moved aside, remove the rest.

    Returns what was done, a sentence each. What belongs to a living process is left alone, and so is what
    cannot be removed now: another user's, or still written to by a child of the killed one.
    """
    done = []  # type: List[str]
    with refusals_as_job_errors("reading {}".format(output_dir)):
        for folder in _staging_folders(output_dir):
            lock = dead_lock(_lock_of(folder))
            if lock is None:
                continue
            try:
                done += _recovered(folder, lock)
            finally:
                lock.close()
    return tuple(done)


def _recovered(folder: Path, lock: Optional[io.FileIO]) -> List[str]:
    done = []  # type: List[str]
    for seconds in _PATIENCE:
        time.sleep(seconds)
        try:
            done += put_back(folder / _REPLACED, folder.parent)
            left = folder.exists()
            _remove(folder)
            _remove_lock(_lock_of(folder), lock)
            return done + (["removed {}, which a killed run had left".format(folder.name)] if left else [])
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                break
    return done


def _remove(folder: Path) -> None:
    discard(folder / _REPLACED, folder)  # what is removed by half must not be put back
    remove(folder)


def _remove_lock(path: Path, lock: Optional[io.FileIO]) -> None:
    """It is held until its file has gone: let go of before, who waits for it would have a lock that is not there."""
    try:
        remove(path)
    except PermissionError:  # some volumes remove no file that is open
        _close(lock)
        remove(path)


def _close(lock: Optional[io.FileIO]) -> None:
    if lock is not None:
        lock.close()


def _staging_folders(output_dir: Path) -> List[Path]:
    """By their locks, which are made before them and removed after them: one may be alone.

    A volume that died may have lost the lock of a folder. It gets one that says nothing of its owner.
    """
    names = {entry.name for entry in output_dir.iterdir() if entry.name.startswith(PREFIX)} if output_dir.is_dir() else set()
    locks = {name for name in names if name.endswith(SUFFIX)}
    for name in filter(_OUR_NAME.fullmatch, names - {lock[:-len(SUFFIX)] for lock in locks}):
        with contextlib.suppress(OSError):
            _lock_of(output_dir / name).open("x").close()
            locks.add(name + SUFFIX)
    return [output_dir / lock[:-len(SUFFIX)] for lock in sorted(locks)]


def _make_output_dir(output_dir: Path) -> None:
    with refusals_as_job_errors("making {}".format(output_dir)):
        try:
            output_dir.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise UsageError("{} is not a folder".format(output_dir),
                             hint="--output-dir names a folder") from error


def _lock_of(folder: Path) -> Path:
    return folder.parent / (folder.name + SUFFIX)
