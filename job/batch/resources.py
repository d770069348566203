"""What this process may use: the cores and the memory that the system and its container leave it."""
import os
from pathlib import Path, PurePosixPath
from typing import Iterator, Optional, Tuple

_CGROUP = Path("/sys/fs/cgroup")
_OURS = Path("/proc/self/cgroup")
_MEMORY_LIMITS = ("memory.max", "memory.high", "memory.limit_in_bytes")
_UNLIMITED = 1 << 60  # bytes: version 1 says "no limit" with a number near 2^63


def cores() -> int:
    """Whole cores, at least one."""
    quotas = [int(quota) for quota in map(_cpu_quota, _groups("cpu")) if quota]
    return max(1, min([len(os.sched_getaffinity(0))] + quotas))


def memory() -> int:
    """Bytes in all: the container's limit, also that above which it is only slowed down, or the machine's where that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [_number(group / name) for group in _groups("memory") for name in _MEMORY_LIMITS]
    return min([machine] + [limit for limit in limits if limit and limit < _UNLIMITED])


def _groups(controller: str) -> Iterator[Path]:
    """Where the control groups are that hold this process, in either version: its own, and those around it.

    A container sees its own as the root; a job that a service or a scheduler has started is further down.
    """
    for name, path in _memberships():
        if name in ("", controller):
            root = _CGROUP / name
            yield from (root / str(group).lstrip("/") for group in (path, *path.parents))


def _memberships() -> Tuple[Tuple[str, PurePosixPath], ...]:
    """Of each controller (version 1; "" is version 2, which has all of them) our group; the roots, where that is not told."""
    found = [("", PurePosixPath("/")), ("cpu", PurePosixPath("/")), ("memory", PurePosixPath("/"))]
    for line in _text(_OURS).splitlines():
        _, names, path = line.split(":", 2)
        found += [(name, PurePosixPath(path)) for name in names.split(",")]
    return tuple(found)


def _cpu_quota(group: Path) -> Optional[float]:
    """Cores' worth of time."""
    words = _text(group / "cpu.max").split()
    if len(words) == 2 and words[0].isdigit():
        return int(words[0]) / int(words[1])
    quota, period = (_number(group / name) for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us"))
    return quota / period if quota and period and quota > 0 else None


def _number(file: Path) -> Optional[int]:
    text = _text(file).strip()
    return int(text) if text.lstrip("-").isdigit() else None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
