"""Very many checkpoints in one run: memory stays bounded, and nothing is left of any of them."""
import os
import statistics
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional

from tests.faults.jobs import left_over, published, started, words, write_checkpoints
from tests.faults.processes import descendants, descriptors, resident


class Figures(NamedTuple):
    """Of one run: what was usually seen of each in its first quarter and in its last, once the processes were warm.

    Not the most: that is of processes that live for a moment, and a look now and then meets them by chance.
    """

    exit_code: int
    models: int
    left_over: List[str]
    seconds: float
    processes: Dict[str, int]
    descriptors: Dict[str, int]
    memory: Dict[str, int]  # bytes resident, shared pages told once


def measured(scratch: Path, count: int, *flags: str) -> Figures:
    """A run of so many checkpoints, looked at all the while."""
    checkpoints, out = write_checkpoints(scratch / "in", count), scratch / "out"
    temporary = scratch / "tmp"
    temporary.mkdir()
    begun = time.monotonic()
    with (scratch / "said").open("w") as said:
        job = started(words(checkpoints, out, *flags), said=said, env=dict(os.environ, TMPDIR=str(temporary)))
    seen = {"first": [], "last": []}  # type: Dict[str, List[Dict[str, int]]]
    while job.poll() is None:
        part = _part(_done(out), count)
        if part is not None:
            seen[part].append(_sight(job.pid))
        time.sleep(0.1)
    models = published(out)
    left = left_over(out, set(models)) + sorted(os.listdir(str(temporary)))
    usual = {key: {part: int(statistics.median(sight[key] for sight in sights)) for part, sights in seen.items()}
             for key in ("processes", "descriptors", "memory")}
    return Figures(job.returncode, len(models), left, time.monotonic() - begun, **usual)


def _part(done: int, count: int) -> Optional[str]:
    if 2 <= done <= count // 4:
        return "first"
    return "last" if done >= count - count // 4 else None


def _sight(pid: int) -> Dict[str, int]:
    pids = [pid] + descendants(pid)
    return {"processes": len(pids), "descriptors": sum(map(descriptors, pids)), "memory": sum(map(resident, pids))}


def _done(out: Path) -> int:
    return sum(not name.startswith(".") for name in os.listdir(str(out))) if out.exists() else 0

