"""SIGTERM and SIGINT as exceptions of the main process, so that every context manager cleans up."""
import contextlib
import ctypes
import os
import signal
from types import FrameType
from typing import Iterator, Optional, Type

from job.errors import Interrupted, JobError, Stopped

_PR_SET_PDEATHSIG = 1  # sys/prctl.h
_HEEDED = (signal.SIGTERM, signal.SIGINT)
_HINT = "nothing partial is left; run it again, what is done is skipped"


def install() -> None:
    """From now on SIGTERM raises Stopped and SIGINT raises Interrupted, also as process 1 of a container."""
    _raise_on(signal.SIGTERM, Stopped, "stopped by SIGTERM")
    _raise_on(signal.SIGINT, Interrupted, "interrupted by SIGINT")


def ignore() -> None:
    """Once nothing can be stopped any more."""
    for number in _HEEDED:
        signal.signal(number, signal.SIG_IGN)


def leave_to_parent() -> None:
    """For a forked child: a terminal's Ctrl-C reaches the whole group, and the main process decides."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def stop_when_told() -> None:
    """For a forked child that has something to clean up: SIGTERM raises Stopped; Ctrl-C is the main process' affair."""
    _raise_on(signal.SIGTERM, Stopped, "stopped by SIGTERM")
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_with_parent(parent: int) -> None:
    """For a forked child of that process: when it dies, of whatever cause, the child is killed too."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it could be said
        os._exit(1)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """While what must not be broken off is done: they are raised after it.

    A child that is forked would be led back into our life before it has one of its own, and a module that was imported
    by half (numpy) is not to be had again, though the cleaning up needs it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEEDED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def let_through() -> None:
    """For a forked child, once it is settled which signals it heeds."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEEDED)


def _raise_on(number: int, kind: Type[JobError], message: str) -> None:
    def handler(_: int, __: Optional[FrameType]) -> None:
        # One signal is enough: a second one must not break off the cleaning up.
        ignore()
        raise kind(message, hint=_HINT)

    signal.signal(number, handler)
