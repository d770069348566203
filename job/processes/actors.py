"""Processes with one actor each, and what can be asked of them.

An actor is an object whose methods are run as they are asked for, one after another. What is asked and
answered is small and picklable; arrays and models go as files.
"""
import importlib
import os
import signal
import sys
import traceback
from collections import deque
from multiprocessing.connection import Connection, Pipe
from typing import Any, Callable, Deque, Optional, Tuple

from job.errors import JobError, Killed, StageFailed, Stopped, job_error_from_oserror
from job.processes import signals
from job.processes.deaths import lost_file, manner_of_death, was_killed
from job.processes.memory import collect_rarely, give_back_freed, go_first
from job.processes.threads import NO_ROOM, is_of_no_room, no_room, tell_of_no_room


class BugInActor(Exception):
    """An error nobody foresaw, with the traceback of the process it happened in."""


class Pending:
    """An answer that will come; asking for it waits."""

    def __init__(self, side: "Side") -> None:
        self._side = side
        self._answer = None  # type: Any
        self._arrived = False

    def result(self) -> Any:
        while not self._arrived:
            self._side.receive()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def arrive(self, answer: Any) -> None:
        self._answer, self._arrived = answer, True


class Child:
    """A process that this one has forked."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def end(self) -> int:
        """Kills it, where it is not dead already, and returns its wait status."""
        os.kill(self._pid, signal.SIGKILL)
        return os.waitpid(self._pid, 0)[1]


class Side:
    """The other end of an actor."""

    def __init__(self, name: str, connection: Connection, process: Any) -> None:
        self.name = name
        self._connection, self._process = connection, process
        self._waiting = deque()  # type: Deque[Pending]
        self._death = None  # type: Optional[JobError]  # what everyone is told who still waits, or asks later

    def start(self, method: str, *arguments: Any) -> Pending:
        """Asks for a method; it runs once those asked before are done."""
        pending = Pending(self)
        try:
            self._connection.send((method, arguments))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it is dead: receive() says how it died
        self._waiting.append(pending)
        return pending

    def call(self, method: str, *arguments: Any) -> Any:
        return self.start(method, *arguments).result()

    def receive(self) -> None:
        """Hands the next answer to whoever waits for it."""
        try:
            answer = self._connection.recv()
        except (EOFError, ConnectionResetError):
            self._death = answer = self._death or self._manner_of_death()
        self._waiting.popleft().arrive(answer)

    def drain(self) -> None:
        """Waits until nothing is under way any more, whatever comes of it."""
        while self._waiting:
            self.receive()

    def close(self) -> None:
        self._connection.close()
        process, self._process = self._process, None
        if process:
            process.end()

    def _manner_of_death(self) -> JobError:
        process, self._process = self._process, None
        status, who = process.end(), "the {} process".format(self.name)
        if isinstance(status, JobError):
            return status
        message = "{} {}".format(who, manner_of_death(status))
        if was_killed(status):
            return Killed(message, "it may have run out of memory: give it more", self.name)
        lost = lost_file(who, status)
        if lost is not None:
            return lost
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == NO_ROOM:
            return no_room()
        return StageFailed(message, "see its last words above, if any; code of --model-code may have ended it",
                           self.name)


def actor_class(actor: str) -> Callable[..., Any]:
    """What "package.module:Class" names."""
    module, name = actor.split(":")
    return getattr(importlib.import_module(module), name)


def forked(life: Callable[[Connection], None],
           heed: Callable[[], None] = signals.leave_to_parent) -> Tuple[Connection, int]:
    """A child that lives that life at its end of a connection; returns our end and its process number. See child()."""
    ours, theirs = Pipe()

    def with_its_own() -> None:
        ours.close()
        life(theirs)

    pid = child(with_its_own, heed)
    theirs.close()
    return ours, pid


def child(life: Callable[[], None], heed: Callable[[], None] = signals.leave_to_parent) -> int:
    """Forks a process that lives that life, and returns its number.

    `heed` settles which signals it heeds, and how. EnvironmentFailed where there is no room for one more.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    with signals.held_back():
        pid = _fork()
        if pid == 0:
            _live(life, heed, parent)
    return pid


def _fork() -> int:
    try:
        return os.fork()
    except OSError as error:
        raise job_error_from_oserror(error, "starting a process") from error


def side_with(actor: str) -> Side:
    """A new process that imports the actor's module and serves it."""
    connection, pid = forked(lambda theirs: serve(actor_class(actor)(), theirs))
    return Side(actor.split(":")[1], connection, Child(pid))


def serve(subject: Any, connection: Connection) -> None:
    """Answers until the other end closes."""
    go_first()
    tell_of_no_room()
    collect_rarely()
    while True:
        method, arguments = connection.recv()
        connection.send(_answer(subject, method, arguments))
        give_back_freed()  # the other side may be at its peak


def _live(life: Callable[[], None], heed: Callable[[], None], parent: int) -> None:
    """The whole life of a child: it never returns into the code that forked it."""
    try:
        heed()
        signals.let_through()
        signals.end_with_parent(parent)
        collect_rarely()
        life()
    except (EOFError, BrokenPipeError, ConnectionResetError, Stopped):
        pass  # the other end is gone, or needs no more
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(1)


def _answer(subject: Any, method: str, arguments: Any) -> Any:
    """The method's result, or the error to raise at the other end."""
    try:
        return getattr(subject, method)(*arguments)
    except (JobError, OSError, MemoryError) as error:
        return error
    except Exception as error:
        return no_room() if is_of_no_room(error) else BugInActor(traceback.format_exc())
