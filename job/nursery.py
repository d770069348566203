"""A process that has imported what an actor needs, and forks off a fresh one whenever it is asked to.

Imports take seconds, a fork hundredths. It never runs a method of an actor itself: after a single
operation of PyTorch a forked child would hang.
"""
import os
from multiprocessing import reduction
from multiprocessing.connection import Connection, Pipe, wait
from typing import Dict, Optional, Set

from job.actors import Child, Side, actor_class, forked, serve

_NEW_LINE, _FORK, _END = "new line", "fork", "end"


class Line:
    """One user's connection to a nursery; when it closes, what was forked off for it is killed."""

    def __init__(self, name: str, connection: Connection, process: Optional[Child] = None) -> None:
        self._name, self._connection, self._process = name, connection, process

    def side(self) -> Side:
        """A fresh actor."""
        self._connection.send((_FORK, None))
        pid = self._connection.recv()
        return Side(self._name, self._received(), _Far(self._connection, pid))

    def another(self) -> "Line":
        """A line for another process."""
        self._connection.send((_NEW_LINE, None))
        return Line(self._name, self._received())

    def close(self) -> None:
        self._connection.close()
        if self._process is not None:
            self._process.end()

    def _received(self) -> Connection:
        return Connection(reduction.recv_handle(self._connection))


def nursery(actor: str) -> Line:
    """Starts one, importing from now on. It ends with the process that started it."""
    connection, pid = forked(lambda theirs: _Nursery(actor).live(theirs))
    return Line(actor.split(":")[1], connection, Child(pid))


class _Far:
    """A process that a nursery has forked off for us."""

    def __init__(self, connection: Connection, pid: int) -> None:
        self._connection, self._pid = connection, pid

    def end(self) -> int:
        self._connection.send((_END, self._pid))
        return self._connection.recv()


class _Nursery:
    def __init__(self, actor: str) -> None:
        self._make = actor_class(actor)
        self._children = {}  # type: Dict[Connection, Set[int]]

    def live(self, first: Connection) -> None:
        self._children[first] = set()
        while self._children:
            for line in wait(list(self._children)):
                try:
                    self._answer(line, *line.recv())
                except (EOFError, ConnectionResetError, BrokenPipeError):
                    self._forget(line)

    def _answer(self, line: Connection, wish: str, pid: int) -> None:
        if wish == _END:
            self._children[line].discard(pid)
            line.send(Child(pid).end())
        elif wish == _FORK:
            connection, pid = forked(self._actor)
            self._children[line].add(pid)
            line.send(pid)
            _handed_over(connection, line)
        else:
            ours, theirs = Pipe()
            self._children[ours] = set()
            _handed_over(theirs, line)

    def _actor(self, connection: Connection) -> None:
        for line in self._children:
            line.close()
        serve(self._make(), connection)

    def _forget(self, line: Connection) -> None:
        for pid in self._children.pop(line):
            Child(pid).end()
        line.close()


def _handed_over(connection: Connection, line: Connection) -> None:
    reduction.send_handle(line, connection.fileno(), os.getppid())
    connection.close()
