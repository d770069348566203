"""How a process ended, by its wait status."""
import os
import signal
from typing import Optional

from job.errors import EnvironmentFailed


def manner_of_death(status: int) -> str:
    """In words: "was killed by SIGABRT"."""
    if os.WIFSIGNALED(status):
        return "was killed by " + signal.Signals(os.WTERMSIG(status)).name
    return "ended with code {}".format(os.WEXITSTATUS(status))


def was_killed(status: int) -> bool:
    """By SIGKILL: most likely the system's answer to a want of memory."""
    return _was_ended_by(signal.SIGKILL, status)


def lost_file(who: str, status: int) -> Optional[EnvironmentFailed]:
    """The error of a process that had mapped a file which can be read no more; None of any other death."""
    if not _was_ended_by(signal.SIGBUS, status):
        return None
    return EnvironmentFailed("{} {}: a file that it had mapped can be read no more".format(who, manner_of_death(status)),
                             "check the volume; write a checkpoint as NAME.tmp, and rename it when it is whole")


def _was_ended_by(number: int, status: int) -> bool:
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == number
