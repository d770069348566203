"""Very many checkpoints in one run: memory stays bounded, and nothing is left of any of them."""
import os
import time
from pathlib import Path
from typing import Dict, List, NamedTuple

from tests.faults.jobs import left_over, published, started, words, write_checkpoints
from tests.faults.processes import descendants, descriptors, resident


class Figures(NamedTuple):
    """Of one run: the most of each that was seen at a time, early on and later."""

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
    most = {part: {"processes": 0, "descriptors": 0, "memory": 0} for part in ("first", "last")}
    while job.poll() is None:
        part = "first" if _done(out) < count // 4 else "last"
        pids = [job.pid] + descendants(job.pid)
        seen = {"processes": len(pids), "descriptors": sum(map(descriptors, pids)),
                "memory": sum(map(resident, pids))}
        most[part] = {key: max(most[part][key], value) for key, value in seen.items()}
        time.sleep(0.2)
    models = published(out)
    left = left_over(out, set(models)) + sorted(os.listdir(str(temporary)))
    by_figure = [{part: most[part][key] for part in most} for key in ("processes", "descriptors", "memory")]
    return Figures(job.returncode, len(models), left, time.monotonic() - begun, *by_figure)


def _done(out: Path) -> int:
    return sum(not name.startswith(".") for name in os.listdir(str(out))) if out.exists() else 0

