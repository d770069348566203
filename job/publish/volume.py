"""What kind of volume something lies on, as the kernel lists its mounts."""
import os
from pathlib import Path
from typing import Iterator, List, Tuple

_MOUNTS = "/proc/self/mountinfo"
_OWN_LOCKS = frozenset((
    "nolock", "local_lock=flock", "local_lock=all", "nobrl", "localflock", "localflocks",
))  # of nfs(5), mount.cifs(8), Lustre, and gfs2(5) and ocfs2
_IN_USER_SPACE = frozenset(("fuse", "fuseblk"))
_ASKS_NOBODY = frozenset(("virtiofs", "9p")) | _IN_USER_SPACE  # flock(2) ends in this kernel, or in a server that ignores it


def device_of(status: os.stat_result) -> str:
    """Its number, which no other volume of this kernel has."""
    return "{}:{}".format(os.major(status.st_dev), os.minor(status.st_dev))


def locks_reach_other_hosts(device: str) -> bool:
    """Whether neither the file system nor the mount's options keep its locks to this host."""
    return not any(kind in _ASKS_NOBODY or not _OWN_LOCKS.isdisjoint(options) for kind, options in _mounts(device))


def locks_outlive_hosts(device: str) -> bool:
    """Whether a host that is gone holds them until it is back: NFS has leases since version 4 only."""
    return locks_reach_other_hosts(device) and any(kind == "nfs" for kind, _ in _mounts(device))


def is_in_user_space(path: Path) -> bool:
    """Whether a program serves it, such as sshfs, rclone and s3fs: some store later what they are given, or never."""
    return any(kind in _IN_USER_SPACE for kind, _ in _mounts(device_of(path.stat())))


def _mounts(device: str) -> Iterator[Tuple[str, List[str]]]:
    """Kind and options wherever it is mounted, by proc(5); none where that is not told."""
    try:
        with open(_MOUNTS, encoding="utf-8", errors="replace") as mounts:
            lines = [line.split() for line in mounts]
    except OSError:
        return
    for words in lines:
        if words[2] == device:
            kind, _, options = words[words.index("-") + 1:][:3]
            yield kind.split(".")[0], options.split(",")
