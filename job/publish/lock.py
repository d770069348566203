"""The lock file beside a staging folder, by which other jobs tell whether its process lives.

The process holds a lock on it as long as it lives: a process number would say nothing to another container on the
same volume. Where locks do not reach other hosts, the file names its owner; dead is then an owner that this system
knows to be gone, and one of which it can tell nothing after a day.
"""
import errno
import fcntl
import os
import tempfile
from pathlib import Path
from typing import Optional

from job.publish import owner

_LONGEST_LIFE = 24 * 60 * 60  # seconds; far longer than a conversion takes
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL)
_MOUNTS = "/proc/self/mountinfo"
_OWN_LOCKS = frozenset(("nolock", "local_lock=flock", "local_lock=all", "nobrl"))  # of nfs(5) and mount.cifs(8)


def own_lock(path: Path) -> int:
    """An open file, the lock of a new staging folder; it ends with the process, or when it is closed."""
    while True:
        lock = os.open(str(path), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            held = _held(lock, fcntl.LOCK_EX)
            if not (held and _reach_other_hosts(lock)):
                _name_owner(lock)
            if _is_at(lock, path):
                return lock
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)  # another job's recover() took it for a dead one's, and removed it


def dead_lock(path: Path) -> Optional[int]:
    """The lock of a dead process's staging folder; None where it lives, or where nothing can be told."""
    try:
        lock = os.open(str(path), os.O_RDWR)
    except (FileNotFoundError, PermissionError):
        return None
    try:
        dead = _is_dead(lock, path)
    except BaseException:
        os.close(lock)
        raise
    if dead:
        return lock
    os.close(lock)
    return None


def _is_dead(lock: int, path: Path) -> bool:
    held = _held(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if held is False or not _is_at(lock, path):
        return False
    named = os.pread(lock, 1024, 0)
    if held and not named and _reach_other_hosts(lock):
        return True
    lives = owner.lives(owner.read(named))
    return _is_given_up(lock, path.parent) if lives is None else not lives


def _name_owner(lock: int) -> None:
    """The file is never left empty: that would say that its lock reaches other hosts."""
    ours = owner.this_process()
    os.pwrite(lock, owner.written(ours) if ours else b"unknown\n", 0)


def _is_given_up(lock: int, volume: Path) -> bool:
    """By the volume's own clock: a host's may have jumped."""
    try:
        with tempfile.TemporaryFile(dir=str(volume)) as now:
            return os.fstat(now.fileno()).st_mtime - os.fstat(lock).st_mtime > _LONGEST_LIFE
    except OSError:
        return False


def _held(lock: int, operation: int) -> Optional[bool]:
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


def _is_at(lock: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(lock), os.stat(str(path)))
    except FileNotFoundError:
        return False


def _reach_other_hosts(lock: int) -> bool:
    """Whether the mount's options do not keep its locks to this host."""
    device = os.fstat(lock).st_dev
    ours = "{}:{}".format(os.major(device), os.minor(device))
    try:
        with open(_MOUNTS, encoding="utf-8", errors="replace") as mounts:
            options = [line.split()[-1].split(",") for line in mounts if line.split()[2] == ours]
    except OSError:
        return True
    return _OWN_LOCKS.isdisjoint(option for each in options for option in each)
