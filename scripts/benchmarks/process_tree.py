"""What a process and all its descendants use, as the kernel tells it (Linux)."""
import os
import threading
from pathlib import Path
from typing import List, NamedTuple

INTERVAL = 0.05  # seconds between two samples of memory


class _Process(NamedTuple):
    pid: int
    parent: int
    session: int


def _processes() -> List[_Process]:
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        fields = stat.rpartition(")")[2].split()  # a process name may hold blanks and parentheses
        found.append(_Process(int(entry), int(fields[1]), int(fields[3])))
    return found


def tree(root: int) -> List[int]:
    """The process, its descendants, and orphans that still belong to the session it leads."""
    processes = _processes()
    members = {process.pid for process in processes if root in (process.pid, process.session)}
    grown = 0
    while grown != len(members):
        grown = len(members)
        members |= {process.pid for process in processes if process.parent in members}
    return sorted(members)


def proportional_set_size(pid: int) -> int:
    """Bytes of memory, shared pages divided among their users; 0 for a process that has ended."""
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


class PeakMemory:
    """Samples the tree of a process from a thread: `with PeakMemory(pid) as memory: ...; memory.peak`."""

    def __init__(self, root: int) -> None:
        self.peak = 0  # bytes
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        while not self._over.is_set():
            self.peak = max(self.peak, sum(map(proportional_set_size, tree(self._root))))
            self._over.wait(INTERVAL)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
