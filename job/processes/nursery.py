"""A process that has imported what an actor needs, and forks off a fresh one whenever it is asked to.

Imports take seconds, a fork hundredths. What else each actor would do anew is its class's `prepare`, where it has one.
A nursery never runs another method of an actor itself: after a single operation of PyTorch a forked child would hang.
"""
import contextlib
import os
import signal
from multiprocessing import reduction
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Dict, Iterator, Optional, Sequence, Set

from job.errors import EnvironmentFailed, JobError
from job.processes.actors import Child, Side, actor_class, forked, serve

_NEW_LINE, _FORK, _END = "new line", "fork", "end"
_GONE = (EOFError, BrokenPipeError, ConnectionResetError)  # the other end of a line


class Line:
    """One user's connection to a nursery; when it closes, what was forked off for it is killed."""

    def __init__(self, name: str, connection: Connection, process: Optional[Child] = None) -> None:
        self._name, self._connection, self._process = name, connection, process

    def side(self) -> Side:
        """A fresh actor; EnvironmentFailed where there is no room for one more, or the nursery is gone."""
        with self._alive():
            self._connection.send((_FORK, None))
            pid = self._connection.recv()
            if isinstance(pid, JobError):
                raise pid
            return Side(self._name, self._received(), _Far(self._connection, pid))

    def another(self) -> "Line":
        """A line for another process; EnvironmentFailed where the nursery is gone."""
        with self._alive():
            self._connection.send((_NEW_LINE, None))
            return Line(self._name, self._received())

    def close(self) -> None:
        self._connection.close()
        if self._process is not None:
            self._process.end()

    @contextlib.contextmanager
    def _alive(self) -> Iterator[None]:
        try:
            yield
        except _GONE as error:
            raise EnvironmentFailed("the process that each {} is forked off from is no more".format(self._name),
                                    hint="run again: what is done is skipped; it may have run out of memory") from error

    def _received(self) -> Connection:
        return Connection(reduction.recv_handle(self._connection))


def nursery(actor: str, *given: Any) -> Line:
    """Starts one, importing from now on; each of its actors is given that. It ends with the process that started it."""
    connection, pid = forked(lambda theirs: _Nursery(actor, given).live(theirs))
    return Line(actor.split(":")[1], connection, Child(pid))


class _Far:
    """A process that a nursery has forked off for us."""

    def __init__(self, connection: Connection, pid: int) -> None:
        self._connection, self._pid = connection, pid

    def end(self) -> int:
        """Kills it, where it is not dead already, and returns its wait status."""
        try:
            self._connection.send((_END, self._pid))
            return self._connection.recv()
        except _GONE:
            return signal.SIGKILL  # all that a nursery has forked off dies with it


class _Nursery:
    def __init__(self, actor: str, given: Sequence[Any]) -> None:
        self._make, self._given = actor_class(actor), given
        getattr(self._make, "prepare", _nothing)()
        self._children = {}  # type: Dict[Connection, Set[int]]

    def live(self, first: Connection) -> None:
        self._children[first] = set()
        while self._children:
            for line in wait(list(self._children)):
                try:
                    self._answer(line, *line.recv())
                except _GONE:
                    self._forget(line)

    def _answer(self, line: Connection, wish: str, pid: int) -> None:
        if wish == _END:
            self._children[line].discard(pid)
            line.send(Child(pid).end())
        elif wish == _FORK:
            self._fork(line)
        else:
            ours, theirs = Pipe()
            self._children[ours] = set()
            _handed_over(theirs, line)

    def _fork(self, line: Connection) -> None:
        try:
            connection, pid = forked(self._actor)
        except JobError as error:
            line.send(error)
            return
        self._children[line].add(pid)
        line.send(pid)
        _handed_over(connection, line)

    def _actor(self, connection: Connection) -> None:
        for line in self._children:
            line.close()
        serve(self._make(*self._given), connection)

    def _forget(self, line: Connection) -> None:
        for pid in self._children.pop(line):
            Child(pid).end()
        line.close()


def _nothing() -> None:
    pass


def _handed_over(connection: Connection, line: Connection) -> None:
    reduction.send_handle(line, connection.fileno(), os.getppid())
    connection.close()
