"""Who made a lock file, for volumes on which a lock says nothing to other hosts."""
import os
import re
from typing import List, NamedTuple, Optional

_WRITTEN = re.compile(r"(\S+) (\d{1,10}) (\d{1,20}) (\d+:\d+)\n")
_ENDED = ("Z", "X")  # a killed process until its parent asks for its end


class Owner(NamedTuple):
    """A process, told from those before and after it and from those of other hosts and containers."""

    system: str  # its host, boot and namespace of process numbers
    pid: int
    started: int  # clock ticks since the boot
    device: str  # on which the file is that it holds a lock on


def this_process(device: str) -> Optional[Owner]:
    """None where /proc does not say, or speaks of another namespace."""
    system, pid = _system(), os.getpid()
    started = _started(pid)
    return None if system is None or started is None else Owner(system, pid, started, device)


def has_our_locks(owner: Optional[Owner], device: str) -> bool:
    """Whether what it has locked on this device is locked to us too: one kernel keeps both, also for several containers."""
    ours = _system()
    return None not in (owner, ours) and _boot(owner.system) == _boot(ours) and owner.device == device


def lives(owner: Optional[Owner]) -> Optional[bool]:
    """None where that cannot be told from here."""
    if owner is None or owner.system != _system():
        return None
    return _started(owner.pid) == owner.started


def written(owner: Owner) -> bytes:
    return "{} {} {} {}\n".format(*owner).encode("ascii", "backslashreplace")


def read(content: bytes) -> Optional[Owner]:
    """None of what written() did not make, or not wholly."""
    match = _WRITTEN.fullmatch(content.decode("ascii", "replace"))
    return Owner(match.group(1), int(match.group(2)), int(match.group(3)), match.group(4)) if match else None


def _system() -> Optional[str]:
    try:
        if os.readlink("/proc/self") != str(os.getpid()):
            return None
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as boot:
            return "/".join((os.uname().nodename, boot.read().strip(), os.readlink("/proc/self/ns/pid")))
    except OSError:
        return None


def _boot(system: str) -> List[str]:
    return system.split("/")[1:2]


def _started(pid: int) -> Optional[int]:
    """None of a process that is no more, by proc(5): the name in parentheses may hold anything."""
    try:
        with open("/proc/{}/stat".format(pid), encoding="ascii", errors="replace") as stat:
            state, *numbers = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in _ENDED else int(numbers[18])
