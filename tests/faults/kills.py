"""Whole jobs that get a signal at random moments of first, replacing and batch runs."""
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import List

from tests.faults.jobs import Expected, ended, kill_group, left_over, started, words, write_checkpoints
from tests.faults.keeping import KEEP, Kept
from tests.faults.processes import descendants, is_alive
from tests.waiting import LONGEST, wait_until

KINDS = ("first", "replacing", "batch", "keeping")
_FLAGS = {"batch": ("--workers=2",), "keeping": ("--keep={}".format(KEEP),)}
CODES = {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 143, signal.SIGINT: 130}
_BATCH = 3  # checkpoints
_MOST = 5  # times as many signals as asked for


class Target:
    """Jobs of one kind, and what they may publish."""

    def __init__(self, scratch: Path, kind: str) -> None:
        self.kind, self.out = kind, scratch / kind / "out"
        self._count = _BATCH if kind == "batch" else 1
        folder = scratch / kind
        folder.mkdir(parents=True)
        self._inputs = [write_checkpoints(folder / "in{}".format(seed), self._count, seed) for seed in (0, 10)]
        self._flags = _FLAGS.get(kind, ())
        expected, versions = Kept if kind == "keeping" else Expected, []
        for number in (0, 1):
            self._whole_run(number)
            versions.append(expected.version_in(self.out))
            if kind in ("first", "batch"):
                shutil.rmtree(str(self.out))
        self.expected, self._next = expected(versions), 0
        self._there = self.expected.seen(self.out)

    def _line(self, number: int) -> List[str]:
        return words(self._inputs[number], self.out, *self._flags)

    def _whole_run(self, number: int) -> None:
        begun = time.monotonic()
        self._note_time(ended(self._line(number)), time.monotonic() - begun)

    def _note_time(self, said: str, seconds: float) -> None:
        """Of a run that had all to do: the machine may be more or less busy than before."""
        if said.count("  converted: ") == self._count:
            self._seconds = seconds

    def strike(self, number: signal.Signals, moment: float, whole_group: bool) -> str:
        """Signals a job at this share of its time; returns how it ended, after looking at what it left."""
        begun, job, children = time.monotonic(), started(self._line(self._next)), []
        try:
            job.wait(timeout=moment * self._seconds)
        except subprocess.TimeoutExpired:
            children = descendants(job.pid)
            (kill_group(job, number) if whole_group else job.send_signal(number))
        seconds = time.monotonic() - begun
        said = job.communicate(timeout=LONGEST)[1]
        wait_until(lambda: not any(map(is_alive, children)))
        self._note_time(said, seconds)
        self._there = self.expected.check(self.out, self._there)
        if self.expected.is_made_from(self._there, self._next):
            self._next = 1 - self._next
        return self._ending(job.returncode, number, said)

    def _ending(self, code: int, number: signal.Signals, said: str) -> str:
        if code == 0:
            return "had ended"
        left = left_over(self.out, set(self._there))
        if not left and _not_begun(code, number, said):
            return "had not begun"
        assert code == CODES[number], "exit code {}:\n{}".format(code, said)
        assert number == signal.SIGKILL or not left, left
        return "left something" if left else "left nothing"

    def repair(self) -> None:
        """The next run finishes, and clears up."""
        self._whole_run(self._next)
        self._there = self.expected.check(self.out, self._there)
        assert self.expected.is_made_from(self._there, self._next)
        assert left_over(self.out, set(self._there)) == []
        if self.kind == "first":
            shutil.rmtree(str(self.out))
            self._there = {}
        else:
            self._next = 1 - self._next


def _not_begun(code: int, number: signal.Signals, said: str) -> bool:
    """The interpreter was still starting, which takes SIGINT in its own way."""
    return (code == -number and not said) or (code == 1 and said.endswith("KeyboardInterrupt\n"))


def struck(scratch: Path, kind: str, number: signal.Signals, count: int, landed: int = 0, seed: int = 0) -> Counter:
    """How so many jobs ended that got the signal; AssertionError where one left anything wrong.

    More get it where fewer than `landed` were at work by then: how long a job takes changes with the machine's load.
    """
    target, at_random, endings = Target(scratch, kind), random.Random(seed), Counter()
    at_work = "left something" if number == signal.SIGKILL else "left nothing"
    for strike in range(_MOST * count):
        if strike >= count and endings[at_work] >= landed:
            break
        moment = (strike % count + at_random.random()) / count  # spread over the whole run
        endings[target.strike(number, moment, whole_group=strike % 2 == 0)] += 1
        if strike % 10 == 9:
            target.repair()
    target.repair()
    assert endings[at_work] >= landed, "most signals came too early or too late to show anything: {}".format(endings)
    return endings
