"""One folder takes the place of another, in one step where the file system can."""
import ctypes
import errno
import os
import time
from pathlib import Path

from job.errors import EnvironmentFailed
from job.publish.files import ask_again, discard, flush_folder

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
# Not on this file system, not in this kernel, or not let through by an old seccomp profile.
_NOT_HERE = frozenset((errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM))
_IN_THE_WAY = (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST, errno.ESTALE)  # of another job that publishes the same name
_PATIENCE = (0.0, 0.0, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds before each next try: what it removes takes a while


def put_in_place(new: Path, target: Path, aside: Path) -> None:
    """The folder `new` becomes `target`; what was there ends up at `new` or `aside`, to be removed.

    All three are on one volume. Where two folders cannot be exchanged, `target` is absent for a moment
    between two renames; should the job be killed in it, recover() puts `aside` back. EnvironmentFailed where others are always
    in the way.
    """
    patience = iter(_PATIENCE)
    while True:
        try:
            if not target.exists():
                os.rename(str(new), str(target))
            elif not exchange(new, target):
                _move_aside(target, aside, new.parent)
                continue
            break
        except OSError as error:
            if error.errno not in _IN_THE_WAY:
                raise
            seconds = next(patience, None)
            if seconds is None:
                raise EnvironmentFailed("{}: other jobs publish the same name all the time: {}".format(target, error.strerror),
                                        hint="run again, and one job at a time for a model") from error
            time.sleep(seconds)
            ask_again(target.parent)
    flush_folder(target.parent)


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False, and nothing has changed, where that is not possible here."""
    code = _renameat2(os.fsencode(one), os.fsencode(other), _RENAME_EXCHANGE)
    if code in _NOT_HERE:
        return False
    if code:
        raise OSError(code, os.strerror(code), str(other))
    return True


def _renameat2(one: bytes, other: bytes, flags: int) -> int:
    """glibc's renameat2 (since 2.28); 0 or the error's number."""
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:
        return errno.ENOSYS
    return ctypes.get_errno() if function(_AT_FDCWD, one, _AT_FDCWD, other, ctypes.c_uint(flags)) else 0


def _move_aside(target: Path, aside: Path, staging: Path) -> None:
    discard(aside, staging)
    aside.parent.mkdir(exist_ok=True)
    os.rename(str(target), str(aside))
    flush_folder(aside.parent)
