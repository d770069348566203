"""Runs a contender's commands one after the other and says what they cost."""
import os
import signal
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

from benchmarks.process_tree import PeakMemory, tree

LAST_WORDS = 300  # characters of a failed command's log that an error repeats


class Step(NamedTuple):
    """One whole process."""

    name: str
    command: Tuple[str, ...]
    environment: Mapping[str, str] = {}  # added to the caller's


class Cost(NamedTuple):
    """Of one process and its descendants; memory only where it was sampled."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    memory: Optional[int]  # bytes, largest sum of proportional set sizes


class Measurement(NamedTuple):
    total: Cost
    steps: Mapping[str, Cost]


class ContenderFailed(Exception):
    """A command did not end with 0, or not in time."""


@contextmanager
def _killed_after(seconds: float, session: int) -> Iterator[None]:
    """Also when this process is told to end: a session of its own would outlive it."""
    timer = threading.Timer(seconds, os.killpg, (session, signal.SIGKILL))
    timer.start()
    try:
        yield
    except BaseException:
        os.killpg(session, signal.SIGKILL)
        raise
    finally:
        timer.cancel()


def _start(step: Step, folder: Path, log_file: Path) -> subprocess.Popen:
    with open(str(log_file), "wb") as log:
        return subprocess.Popen(
            step.command, cwd=str(folder), env=dict(os.environ, **step.environment),
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )


def run(step: Step, folder: Path, timeout: float, sample_memory: bool) -> Cost:
    """One command in the folder; its output goes to NAME.log there. ContenderFailed if it fails."""
    log_file = folder / (step.name.replace(" ", "_") + ".log")
    started = time.monotonic()
    process = _start(step, folder, log_file)
    with ExitStack() as stack:
        stack.enter_context(_killed_after(timeout, process.pid))
        memory = stack.enter_context(PeakMemory(process.pid)) if sample_memory else None
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
    process.returncode = status  # reaped here, so that the Popen object does not try
    leftovers = tree(process.pid)
    if leftovers:
        os.killpg(process.pid, signal.SIGKILL)
    if status != 0:
        words = log_file.read_bytes().decode("utf-8", "replace")[-LAST_WORDS:].strip()
        raise ContenderFailed("{} ended with status {}: {}".format(step.name, status, words))
    if leftovers:
        raise ContenderFailed("{} left processes running: its cost is not known".format(step.name))
    return Cost(wall, usage.ru_utime + usage.ru_stime, memory.peak if memory else None)


def measure(steps: Sequence[Step], folder: Path, timeout: float, sample_memory: bool) -> Measurement:
    """All steps in a fresh, flushed folder; their times add up, the largest peak is the peak."""
    folder.mkdir(parents=True)
    os.sync()  # what the contender before left to be written must not be paid by this one
    costs = {step.name: run(step, folder, timeout, sample_memory) for step in steps}
    peaks = [cost.memory for cost in costs.values() if cost.memory is not None]
    total = Cost(
        sum(cost.wall for cost in costs.values()),
        sum(cost.cpu for cost in costs.values()),
        max(peaks) if peaks else None,
    )
    return Measurement(total, costs)
