"""What this process may use: the cores and the memory that the system and its container leave it."""
import os
from pathlib import Path
from typing import Optional

_CGROUP = Path("/sys/fs/cgroup")
_UNLIMITED = 1 << 60  # bytes: version 1 says "no limit" with a number near 2^63


def cores() -> int:
    """Whole cores, at least one."""
    allowed = len(os.sched_getaffinity(0))
    quota = _cpu_quota()
    return max(1, min(allowed, int(quota) if quota else allowed))


def memory() -> int:
    """Bytes in all: the container's limit, or the machine's where that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [_number(_CGROUP / name) for name in ("memory.max", "memory/memory.limit_in_bytes")]
    return min([machine] + [limit for limit in limits if limit and limit < _UNLIMITED])


def _cpu_quota() -> Optional[float]:
    """Cores' worth of time, in either version of cgroups."""
    words = _text(_CGROUP / "cpu.max").split()
    if len(words) == 2 and words[0].isdigit():
        return int(words[0]) / int(words[1])
    quota, period = (_number(_CGROUP / "cpu" / name) for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us"))
    return quota / period if quota and period and quota > 0 else None


def _number(file: Path) -> Optional[int]:
    text = _text(file).strip()
    return int(text) if text.lstrip("-").isdigit() else None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
