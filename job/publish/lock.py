"""The lock file beside a staging folder, by which other jobs tell whether its process lives.

The process holds a lock on it as long as it lives: a process number would say nothing to another container on the
same volume. Where locks do not reach other hosts, the file names its owner; dead is then an owner that this system
knows to be gone, and one of which it can tell nothing after a day.
"""
import errno
import fcntl
import io
import os
import tempfile
import time
from pathlib import Path
from typing import Callable, Optional

from job.publish import owner
from job.publish.files import ask_again
from job.publish.volume import device_of, locks_outlive_hosts, locks_reach_other_hosts

PREFIX, SUFFIX = ".staging-", ".lock"  # of the names of what is no model under the output folder; and of a lock
_LONGEST_LIFE = 24 * 60 * 60  # seconds; far longer than a conversion takes
_LONGEST_TURN = 15 * 60  # seconds; far longer than one holds what others wait for
_PAUSE = 0.2
_GONE = (errno.ENOENT, errno.ESTALE)  # the latter where another host has removed what is open here
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL)


def own_lock(path: Path, waits: Callable[[], None] = lambda: None) -> io.FileIO:
    """An open file, the lock of a new staging folder or of a turn; it ends with the process, or when it is closed.

    `waits` is called where another process holds it, each time before it is waited for.
    """
    lock = None
    while lock is None:
        lock = _taken(path, waits)
    return lock


def _taken(path: Path, waits: Callable[[], None]) -> Optional[io.FileIO]:
    """None where another job has removed the file meanwhile: its turn has ended, or it took the lock for a dead one's."""
    lock, taken = _opened(path, os.O_RDWR | os.O_CREAT), False
    try:
        held = _waited_for(lock, path, waits)
        if _is_at(lock, path):
            if held is False:
                path.unlink()
                return None
            if not (held and locks_reach_other_hosts(_device(lock))):
                _name_owner(lock)
                lock = _reopened(lock, path)
            taken = _is_at(lock, path)
    except OSError as error:
        if error.errno not in _GONE:
            raise
    finally:
        if not taken:
            lock.close()
    return lock if taken else None


def _waited_for(lock: io.FileIO, path: Path, waits: Callable[[], None]) -> Optional[bool]:
    """As _held(); but False after a time, where the lock of a host that is gone would be waited for without end."""
    held = _held(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if held is not False:
        return held
    waits()
    if not locks_outlive_hosts(_device(lock)):
        return _held(lock, fcntl.LOCK_EX)
    end = time.monotonic() + _LONGEST_TURN
    while True:
        held = _held(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if held is not False or time.monotonic() > end or not _is_at(lock, path):
            return held
        time.sleep(_PAUSE)


def dead_lock(path: Path) -> Optional[io.FileIO]:
    """The lock of a dead process's staging folder; None where it lives, or where nothing can be told."""
    try:
        lock = _opened(path, _to_lock(path))
    except (FileNotFoundError, PermissionError):
        return None
    dead = False
    try:
        dead = _is_dead(lock, path)
    except OSError as error:
        if error.errno not in _GONE:  # its owner has ended meanwhile, or another job has recovered it
            raise
    finally:
        if not dead:
            lock.close()
    return lock if dead else None


def _to_lock(path: Path) -> int:
    """As it is opened: NFS has a file that is locked be open for writing, and some volumes then remove it late or never."""
    return os.O_RDWR if locks_reach_other_hosts(device_of(path.stat())) else os.O_RDONLY


def _reopened(lock: io.FileIO, path: Path) -> io.FileIO:
    """Some volumes store a file only when it is closed: nobody would see it, and dead with its mount it would never be there."""
    lock.close()
    lock = _opened(path, os.O_RDONLY | os.O_CREAT)
    _held(lock, fcntl.LOCK_EX)
    return lock


def _opened(path: Path, flags: int) -> io.FileIO:
    return io.FileIO(str(path), "r", opener=lambda name, _: os.open(name, flags, 0o600))


def _is_dead(lock: io.FileIO, path: Path) -> bool:
    held = _held(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if not _is_at(lock, path):
        return False
    if held is False:
        return locks_outlive_hosts(_device(lock)) and _is_given_up(lock, path.parent)
    with open(str(path), "rb") as file:
        named = file.read(1024)
    if held and not named and locks_reach_other_hosts(_device(lock)):
        return True
    theirs = owner.read(named)
    lives = owner.lives(theirs)  # it opens its lock twice, and holds it in between no more than a dead one
    if lives is None:
        return bool(held and owner.has_our_locks(theirs, _device(lock))) or _is_given_up(lock, path.parent)
    return not lives


def _name_owner(lock: io.FileIO) -> None:
    """The file is never left empty: that would say that its lock reaches other hosts."""
    ours = owner.this_process(_device(lock))
    os.pwrite(lock.fileno(), owner.written(ours) if ours else b"unknown\n", 0)


def _is_given_up(lock: io.FileIO, volume: Path) -> bool:
    """By the volume's own clock: a host's may have jumped."""
    try:
        return _time_on(volume) - os.fstat(lock.fileno()).st_mtime > _LONGEST_LIFE
    except OSError:
        return False


def _time_on(volume: Path) -> float:
    """That of a new file there, which is closed before it goes: some volumes remove none that is open."""
    file, name = tempfile.mkstemp(dir=str(volume), prefix=PREFIX + "clock-", suffix=SUFFIX)  # left over, it is a dead one's
    os.close(file)
    try:
        return os.stat(name).st_mtime
    finally:
        os.unlink(name)


def _held(lock: io.FileIO, operation: int) -> Optional[bool]:
    """Whether this file is now locked by us; None on volumes without locks."""
    try:
        fcntl.flock(lock, operation)
        return True
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return None
        raise


def _is_at(lock: io.FileIO, path: Path) -> bool:
    try:
        ask_again(path.parent)
        return os.path.samestat(os.fstat(lock.fileno()), os.stat(str(path)))
    except OSError as error:
        if error.errno in _GONE:
            return False
        raise


def _device(lock: io.FileIO) -> str:
    return device_of(os.fstat(lock.fileno()))
