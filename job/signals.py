"""SIGTERM and SIGINT as exceptions of the main process, so that every context manager cleans up."""
import ctypes
import signal
from types import FrameType
from typing import Type

from job.errors import Interrupted, JobError, Stopped

_PR_SET_PDEATHSIG = 1  # sys/prctl.h
_HINT = "nothing partial is left; run it again, what is done is skipped"


def install() -> None:
    """From now on SIGTERM raises Stopped and SIGINT raises Interrupted, also as process 1 of a container."""
    _raise_on(signal.SIGTERM, Stopped, "stopped by SIGTERM")
    _raise_on(signal.SIGINT, Interrupted, "interrupted by SIGINT")


def leave_to_parent() -> None:
    """For a forked child: a terminal's Ctrl-C reaches the whole group, and the main process decides."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def stop_when_told() -> None:
    """For a forked child that has something to clean up: SIGTERM raises Stopped; Ctrl-C is the main process' affair."""
    _raise_on(signal.SIGTERM, Stopped, "stopped by SIGTERM")
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_with_parent() -> None:
    """For a forked child: when its parent dies, of whatever cause, it is killed too."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _raise_on(number: int, kind: Type[JobError], message: str) -> None:
    def handler(_: int, __: FrameType) -> None:
        # One signal is enough: a second one must not break off the cleaning up.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise kind(message, hint=_HINT)

    signal.signal(number, handler)
