"""A process that has imported what an actor needs, and forks off a fresh one whenever it is asked to.

Imports take seconds, a fork hundredths. What else each actor would do anew is its class's `prepare`, where it has one.
A nursery never runs another method of an actor itself: after a single operation of PyTorch a forked child would hang.

Whoever wants an actor hands in two connections and goes on at once: one is the actor's, over the other the nursery tells
that it lives, and ends it when asked to, or when that connection closes.
"""
import contextlib
import signal
import socket
from multiprocessing import reduction
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Callable, Dict, Sequence, Tuple, Union

from job.errors import EnvironmentFailed, JobError
from job.processes.actors import Child, Side, actor_class, child, forked, serve

_GONE = (EOFError, BrokenPipeError, ConnectionResetError)  # the other end of a connection
_LIVES, _END = "lives", "end"

Pair = Tuple[Connection, Connection]  # an actor's, and the one over which it is ended


class Nursery:
    """The way to one, also for processes that are forked off from here."""

    def __init__(self, name: str, door: Connection, process: Child) -> None:
        self._name, self._door, self._process = name, door, process

    def side(self) -> Side:
        """A fresh actor, which answers once the nursery has imported; EnvironmentFailed where that is gone.

        Its first answer is an EnvironmentFailed where there was no room for one more process.
        """
        (ours, theirs), (control, its_control) = Pipe(), Pipe()
        try:
            _hand_in(self._door, (theirs, its_control))
        except _GONE as error:
            raise self._is_no_more() from error
        return Side(self._name, ours, _Far(control, self._is_no_more))

    def close(self) -> None:
        """Ends it, and with it all that it forked off."""
        self._door.close()
        self._process.end()

    def _is_no_more(self) -> EnvironmentFailed:
        return EnvironmentFailed("the process that each {} is forked off from is no more".format(self._name),
                                 hint="run again: what is done is skipped; it may have run out of memory")


def nursery(actor: str, *given: Any) -> Nursery:
    """Starts one, importing from now on; each of its actors is given that. It ends with the process that started it."""
    door, pid = forked(lambda theirs: _Keeper(actor, given, theirs).live())
    return Nursery(actor.split(":")[1], door, Child(pid))


class _Far:
    """A process that a nursery forks off for us."""

    def __init__(self, control: Connection, no_nursery: Callable[[], JobError]) -> None:
        self._control, self._no_nursery = control, no_nursery

    def end(self) -> Union[int, JobError]:
        """Kills it, where it is not dead already, and returns its wait status; or why it never lived."""
        with self._control:
            try:
                told = self._control.recv()
            except _GONE:
                return self._no_nursery()
            if isinstance(told, JobError):
                return told
            try:
                self._control.send(_END)
                return self._control.recv()
            except _GONE:
                return signal.SIGKILL  # all that a nursery has forked off dies with it


class _Keeper:
    """The nursery itself."""

    def __init__(self, actor: str, given: Sequence[Any], door: Connection) -> None:
        self._make, self._given, self._door = actor_class(actor), given, door
        getattr(self._make, "prepare", _nothing)()
        self._children = {}  # type: Dict[Connection, Child]  # by the connection over which each is ended

    def live(self) -> None:
        while True:
            for connection in wait([self._door, *self._children]):
                if connection is self._door:
                    self._fork(*_handed_in(self._door))
                else:
                    self._end(connection)

    def _fork(self, connection: Connection, control: Connection) -> None:
        def life() -> None:
            for each in (self._door, control, *self._children):
                each.close()
            serve(self._make(*self._given), connection)

        try:
            self._children[control] = Child(child(life))
        except JobError as error:
            _tell(control, error)
            control.close()
        else:
            _tell(control, _LIVES)
        connection.close()

    def _end(self, control: Connection) -> None:
        """Of a child whose user asks for it, or is gone."""
        _tell(control, self._children.pop(control).end())
        control.close()


def _nothing() -> None:
    pass


def _tell(control: Connection, what: Any) -> None:
    with contextlib.suppress(*_GONE):
        control.send(what)


def _hand_in(door: Connection, connections: Pair) -> None:
    """In one piece: others may be handing in theirs."""
    with socket.fromfd(door.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as through:
        reduction.sendfds(through, [each.fileno() for each in connections])
    for each in connections:
        each.close()


def _handed_in(door: Connection) -> Pair:
    with socket.fromfd(door.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as through:
        first, second = reduction.recvfds(through, 2)
    return Connection(first), Connection(second)
