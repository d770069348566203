"""The two sides: forked before any heavy import, so that no process holds PyTorch and TensorFlow both.

Each side makes one object, its actor, and runs the methods that it is asked for, one after another.
What is asked and answered is small and picklable; arrays and models go as files.
"""
import contextlib
import importlib
import os
import signal
import sys
import traceback
from collections import deque
from multiprocessing.connection import Connection, Pipe
from typing import Any, Deque, Iterator, NamedTuple

from job import determinism, signals
from job.errors import Interrupted, JobError, StageFailed, Stopped
from job.memory import give_back_freed

PYTORCH = "job.pytorch_side:PyTorchSide"
TENSORFLOW = "job.tensorflow_side:TensorFlowSide"


class BugInSide(Exception):
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


class Side:
    """A process with one actor in it."""

    def __init__(self, actor: str) -> None:
        self.name = actor.split(":")[1]
        self._connection, theirs = Pipe()
        self._waiting = deque()  # type: Deque[Pending]
        sys.stdout.flush()
        sys.stderr.flush()
        self._process = os.fork()
        if self._process == 0:
            self._connection.close()
            _live(actor, theirs)
        theirs.close()

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
            answer = self._death()
        self._waiting.popleft().arrive(answer)

    def drain(self) -> None:
        """Waits until nothing is under way any more, whatever comes of it."""
        while self._waiting:
            self.receive()

    def close(self) -> None:
        self._connection.close()
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0

    def _death(self) -> StageFailed:
        how = "is gone"
        if self._process:
            _, status = os.waitpid(self._process, 0)
            self._process = 0
            how = ("was killed by " + signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status)
                   else "ended with code {}".format(os.WEXITSTATUS(status)))
        hint = "it may have run out of memory: give it more" if "SIGKILL" in how else "see its last words above"
        return StageFailed("the {} process {}".format(self.name, how), hint, self.name)


class Sides(NamedTuple):
    pytorch: Side
    tensorflow: Side

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """When it ends, neither side touches a file any more: they have let go, or on a signal are killed."""
        try:
            yield
        except (Stopped, Interrupted):
            for side in self:
                side.close()
            raise
        except BaseException:
            self._release()
            raise
        self._release()

    def _release(self) -> None:
        """Both finish what is under way, and forget the checkpoint."""
        for side in self:
            side.start("release")
            side.drain()


@contextlib.contextmanager
def open_sides() -> Iterator[Sides]:
    """Both sides, importing from now on; they end with the context, whatever they are doing."""
    determinism.settle_process()
    with contextlib.ExitStack() as stack:
        opened = []
        for actor in (PYTORCH, TENSORFLOW):
            side = Side(actor)
            stack.callback(side.close)
            opened.append(side)
        yield Sides(*opened)


def _live(actor: str, connection: Connection) -> None:
    """The whole life of a side: it never returns into the code that forked it."""
    try:
        signals.leave_to_parent()
        signals.end_with_parent()
        module, name = actor.split(":")
        subject = getattr(importlib.import_module(module), name)()
        while True:
            method, arguments = connection.recv()
            connection.send(_answer(subject, method, arguments))
            give_back_freed()  # the other side may be at its peak
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the main process is gone, or needs no more
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(1)


def _answer(subject: Any, method: str, arguments: Any) -> Any:
    """The method's result, or the error to raise on the other side."""
    try:
        return getattr(subject, method)(*arguments)
    except (JobError, OSError) as error:
        return error
    except Exception:
        return BugInSide(traceback.format_exc())
