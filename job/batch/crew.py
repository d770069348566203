"""Workers: processes that each convert one checkpoint at a time, so that none can harm another.

What the first checkpoints took in memory says how many workers there is room for; until one is done, only what its
size lets expect, of a fraction of the memory: in most pods the first is converted alone. Where memory runs short all the
same, half as many go on, and what was killed is tried once more, alone, at the end.
"""
import os
import signal
import time
from multiprocessing.connection import Connection, wait
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

from job.batch.resources import cores, memory
from job.errors import JobError, Killed, StageFailed
from job.processes import signals
from job.processes.actors import forked
from job.processes.deaths import manner_of_death, was_killed
from job.watching import log

GRACE = 5.0    # seconds for a worker to clean up, once it was told to stop
_LONGEST_WAIT = 24 * 60 * 60.0  # seconds at a time: poll() takes no more than 24 days
_UNSEEN = 0.25  # of the memory: what is shared out before any task has shown what it takes
_SPARE = 0.1   # of the memory: what is left to the system and to the pages that files are cached in

Work = Callable[[int], "Done"]  # number of a task -> what came of it; runs in a worker


class Done(NamedTuple):
    result: object
    peak_memory: int  # bytes that it took; 0 where nothing was converted
    killed: bool = False  # something that worked for it was, by SIGKILL


class Crew:
    """Leaving its context ends every worker, also one that is at work."""

    def __init__(self, most: Optional[int], seconds: Optional[int], work: Work, expected: Optional[int] = None) -> None:
        """`most` workers at a time (None: as many as there is room for), `seconds` for one task, of which each is expected
        to take so many bytes of memory at the most (None: nobody knows)."""
        self._most, self._seconds, self._work, self._expected = most, seconds, work, expected
        self._workers = {}  # type: Dict[Connection, _Worker]
        self._peak = 0
        self._again = []  # type: List[int]  # tasks to be tried once more

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.tell_to_stop()
        for worker in self._workers.values():
            worker.end(GRACE)

    def all_done(self, tasks: Sequence[int], done: Callable[[int, object], None],
                 failed: Callable[[int, JobError], None]) -> None:
        """Every task, each in some worker. `done` and `failed` are told here of each, as it ends."""
        waiting = list(reversed(tasks))
        while waiting or self._again or self._at_work():
            self._hand_out(waiting)
            for connection in wait(list(self._workers), self._until_next_deadline()):
                self._collect(self._workers[connection], done, failed)
            for worker in [each for each in self._workers.values() if each.is_late()]:
                self._give_up(worker, failed)

    def _at_work(self) -> int:
        return sum(worker.task is not None for worker in self._workers.values())

    def _hand_out(self, waiting: List[int]) -> None:
        while waiting and self._at_work() < self._room():
            self._idle_worker().begin(waiting.pop(), self._seconds)
        if self._again and not self._at_work():
            self._idle_worker().begin(self._again.pop(), self._seconds)

    def _idle_worker(self) -> "_Worker":
        for worker in self._workers.values():
            if worker.task is None:
                return worker
        worker = _Worker(self._work, list(self._workers))
        self._workers[worker.connection] = worker
        return worker

    def _room(self) -> int:
        """How many workers fit."""
        if self._most is not None:
            return self._most
        share, each = (1 - _SPARE, self._peak) if self._peak else (_UNSEEN, self._expected)
        return max(1, min(cores(), int(memory() * share // each))) if each else 1

    def _until_next_deadline(self) -> Optional[float]:
        deadlines = [worker.deadline for worker in self._workers.values() if worker.deadline is not None]
        return min(_LONGEST_WAIT, max(0.0, min(deadlines) - time.monotonic())) if deadlines else None

    def _collect(self, worker: "_Worker", done: Callable[[int, object], None],
                 failed: Callable[[int, JobError], None]) -> None:
        task, answer = worker.ended()
        if answer is None:
            del self._workers[worker.connection]
            status = worker.end(GRACE)
            if task is not None and not (was_killed(status) and self._is_tried_again(worker, task)):
                failed(task, _died(status))
        elif not (answer.killed and self._is_tried_again(worker, task)):
            self._peak = max(self._peak, answer.peak_memory)
            done(task, answer.result)

    def _is_tried_again(self, worker: "_Worker", task: int) -> bool:
        """Not where it had all the memory for itself already."""
        others = sum(each is not worker and each.task is not None for each in self._workers.values())
        if not others:
            return False
        self._most = max(1, (others + 1) // 2)
        self._again.append(task)
        log.warning("a process was killed, most likely for want of memory: {} at a time from now on, and this one "
                    "once more at the end".format(self._most))
        return True

    def _give_up(self, worker: "_Worker", failed: Callable[[int, JobError], None]) -> None:
        del self._workers[worker.connection]
        worker.tell_to_stop()
        worker.end(GRACE)
        failed(worker.task, StageFailed("it took more than {} seconds".format(self._seconds),
                                        "allow it more: --timeout-per-checkpoint", "timeout"))


class _Worker:
    def __init__(self, work: Work, others: Sequence[Connection]) -> None:
        self.connection, self._pid = forked(lambda theirs: _live(work, theirs, others), signals.stop_when_told)
        self.task = None  # type: Optional[int]
        self.deadline = None  # type: Optional[float]  # by the monotonic clock

    def begin(self, task: int, seconds: Optional[float]) -> None:
        self.task, self.deadline = task, seconds and time.monotonic() + seconds
        try:
            self.connection.send(task)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it is dead: ended() finds out

    def ended(self):
        """The task and what came of it; None of one that the worker did not survive."""
        task = self.task
        try:
            answer = self.connection.recv()
        except (EOFError, ConnectionResetError):
            return task, None
        self.task, self.deadline = None, None
        return task, answer

    def is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    def tell_to_stop(self) -> None:
        os.kill(self._pid, signal.SIGTERM)

    def end(self, grace: float) -> int:
        """Its wait status; killed, where it has not ended within so many seconds."""
        self.connection.close()
        deadline = time.monotonic() + grace
        while True:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                return status
            if time.monotonic() > deadline:
                os.kill(self._pid, signal.SIGKILL)
                return os.waitpid(self._pid, 0)[1]
            time.sleep(0.01)


def _live(work: Work, connection: Connection, others: Sequence[Connection]) -> None:
    for other in others:
        other.close()
    while True:
        connection.send(work(connection.recv()))


def _died(status: int) -> StageFailed:
    message = "the worker that converted it {}".format(manner_of_death(status))
    if was_killed(status):
        return Killed(message, "it may have run out of memory: give the job more, or fewer --workers", "worker")
    return StageFailed(message, "see its last words above", "worker")
