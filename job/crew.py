"""Workers: processes that each convert one checkpoint at a time, so that none can harm another.

The first checkpoint is converted alone. What it took in memory says how many workers there is room for.
"""
import os
import signal
import time
from multiprocessing.connection import Connection, wait
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

from job import signals
from job.actors import forked, manner_of_death
from job.errors import JobError, StageFailed
from job.resources import cores, memory

GRACE = 5.0    # seconds for a worker to clean up, once it was told to stop
_SPARE = 0.1   # of the memory: what is left to the system and to the pages that files are cached in

Work = Callable[[int], "Done"]          # number of a task -> what came of it; runs in a worker
Prepare = Callable[[], Work]            # once in each worker, before its first task


class Done(NamedTuple):
    result: object
    peak_memory: int  # bytes that it took; 0 where nothing was converted


class Crew:
    """Leaving its context ends every worker, also one that is at work."""

    def __init__(self, most: Optional[int], seconds: Optional[float], prepare: Prepare) -> None:
        """`most` workers at a time (None: as many as there is room for), `seconds` for one task."""
        self._most, self._seconds, self._prepare = most, seconds, prepare
        self._workers = {}  # type: Dict[Connection, _Worker]
        self._peak = 0

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
        while waiting or any(worker.task is not None for worker in self._workers.values()):
            self._hand_out(waiting)
            for connection in wait(list(self._workers), self._until_next_deadline()):
                self._collect(self._workers[connection], done, failed)
            for worker in [each for each in self._workers.values() if each.is_late()]:
                self._give_up(worker, failed)

    def _hand_out(self, waiting: List[int]) -> None:
        for worker in self._workers.values():
            if worker.task is None and waiting:
                worker.begin(waiting.pop(), self._seconds)
        while waiting and len(self._workers) < self._room():
            worker = _Worker(self._prepare, list(self._workers))
            self._workers[worker.connection] = worker
            worker.begin(waiting.pop(), self._seconds)

    def _room(self) -> int:
        """How many workers fit: one, until one has shown what it takes."""
        if self._most is not None:
            return self._most
        if not self._peak:
            return 1
        return max(1, min(cores(), int(memory() * (1 - _SPARE) // self._peak)))

    def _until_next_deadline(self) -> Optional[float]:
        deadlines = [worker.deadline for worker in self._workers.values() if worker.deadline is not None]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _collect(self, worker: "_Worker", done: Callable[[int, object], None],
                 failed: Callable[[int, JobError], None]) -> None:
        task, answer = worker.ended()
        if answer is None:
            del self._workers[worker.connection]
            how = worker.end(GRACE)
            if task is not None:
                failed(task, _died(how))
            return
        self._peak = max(self._peak, answer.peak_memory)
        done(task, answer.result)

    def _give_up(self, worker: "_Worker", failed: Callable[[int, JobError], None]) -> None:
        del self._workers[worker.connection]
        worker.tell_to_stop()
        worker.end(GRACE)
        failed(worker.task, StageFailed("it took more than {:g} seconds".format(self._seconds),
                                        "allow it more: --timeout-per-checkpoint", "timeout"))


class _Worker:
    def __init__(self, prepare: Prepare, others: Sequence[Connection]) -> None:
        self.connection, self._pid = forked(lambda theirs: _work(prepare, theirs, others), signals.stop_when_told)
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

    def end(self, grace: float) -> str:
        """How it ended; killed, where it has not within so many seconds."""
        self.connection.close()
        deadline = time.monotonic() + grace
        while True:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                return manner_of_death(status)
            if time.monotonic() > deadline:
                os.kill(self._pid, signal.SIGKILL)
                return manner_of_death(os.waitpid(self._pid, 0)[1])
            time.sleep(0.01)


def _work(prepare: Prepare, connection: Connection, others: Sequence[Connection]) -> None:
    for other in others:
        other.close()
    work = prepare()
    while True:
        connection.send(work(connection.recv()))


def _died(how: str) -> StageFailed:
    hint = "it may have run out of memory: give the job more, or fewer --workers" if "SIGKILL" in how else \
        "see its last words above"
    return StageFailed("the worker that converted it {}".format(how), hint, "worker")
