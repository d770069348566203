"""Everything that can go wrong, and the exit code it ends with."""
import errno
from typing import Any, Sequence


class JobError(Exception):
    """A failure the user can act on: what and where in the message, what next in the hint."""

    exit_code = 1
    stage = ""

    def __init__(self, message: str, hint: str = "", stage: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.stage = stage or self.stage

    def __reduce__(self):
        return _rebuild, (type(self), self.__dict__)

    def __str__(self) -> str:
        return "{}\n  hint: {}".format(self.message, self.hint) if self.hint else self.message


def _rebuild(kind, state):
    """Errors cross from one process to another whole, whatever arguments they were made with."""
    error = kind.__new__(kind)
    Exception.__init__(error, state["message"])
    error.__dict__.update(state)
    return error


class UsageError(JobError):
    """A wrong flag or value, found before any work starts."""

    exit_code = 2
    stage = "usage"

    def __init__(self, message: str, hint: str = "", stage: str = "", about: Sequence[str] = ()) -> None:
        """`about`: the settings that do not fit, by name, where a sidecar may have said them."""
        super().__init__(message, hint, stage)
        self.about = tuple(about)


class NoPermission(UsageError):
    """A volume that this user may not read or write (EACCES, EROFS)."""


class BadCheckpoint(JobError):
    """Unreadable, unsafe, or its keys and shapes do not match the model."""

    exit_code = 3
    stage = "checkpoint"


class UnsupportedModel(JobError):
    """Every operator and attribute that stands in the way, all at once."""

    exit_code = 4
    stage = "preflight"

    def __init__(self, problems: Sequence[str], hint: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__("not supported: " + "; ".join(self.problems), hint)


class StageFailed(JobError):
    """A conversion stage failed for a reason that is not the user's model."""

    exit_code = 5


class Killed(StageFailed):
    """A process that worked for a checkpoint was killed with SIGKILL, most likely since memory had run out."""


class ParityFailed(JobError):
    """A stage's answers are not those of PyTorch."""

    exit_code = 6
    stage = "parity"
    drift = None  # type: Any  # the values.Drift, where there is one


class EnvironmentFailed(JobError):
    """Disk full, volume unreadable, input still being written: a retry may help."""

    exit_code = 75
    stage = "environment"


class Interrupted(JobError):
    """SIGINT."""

    exit_code = 130
    stage = "signal"


class Stopped(JobError):
    """SIGTERM."""

    exit_code = 143
    stage = "signal"


_NO_PERMISSION = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))
_MAY_PASS = frozenset((
    errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.EREMOTEIO, errno.ETIMEDOUT, errno.EHOSTDOWN,
    errno.ENOTCONN, errno.ENODEV, errno.ENXIO, errno.ENFILE, errno.EBUSY,
    errno.ECONNABORTED, errno.ECONNRESET, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH,  # of a volume's server
))
_CANNOT = frozenset((errno.ENOSYS, errno.ENOTSUP, errno.EXDEV, errno.ESPIPE))
_WAS_THERE = frozenset((errno.ENOENT, errno.ENOTDIR))
_NO_PATH = frozenset((errno.ELOOP, errno.ENAMETOOLONG))
_MORE = {
    errno.EAGAIN: "processes: ulimit -u, docker run --pids-limit, or what Kubernetes' node has for a pod",
    errno.ENOMEM: "memory, or fewer --workers",
    errno.EMFILE: "open files: ulimit -n",
}


def may_pass(error: OSError) -> bool:
    """Whether it says that a volume has trouble: the same call may succeed later."""
    return error.errno in _MAY_PASS


def job_error_from_oserror(error: OSError, doing: str) -> JobError:
    """The JobError for what the operating system refused while ``doing`` something ("writing /out/a").

    An error that says nothing of the environment is a bug of ours: a plain JobError, exit code 1.
    """
    message = "{}: {}".format(doing, error.strerror or error)
    if error.errno in _WAS_THERE:
        return EnvironmentFailed(message, hint="what was there a moment ago is gone: was the volume taken away, or "
                                               "did someone else clear up? run again, what is done is skipped")
    if error.errno in _NO_PERMISSION:
        return NoPermission(message, hint="run as a user who owns the volume (docker run --user UID:GID; "
                                          "Kubernetes: fsGroup), and mount it writable where it is written to")
    if error.errno in _CANNOT:
        return UsageError(message, hint="this volume cannot do what that takes, as some of object stores cannot: write to "
                                        "another, and copy from there")
    if error.errno in _NO_PATH:
        return UsageError(message, hint="name a path that leads to something, and is not too long")
    if error.errno in _MORE:
        return EnvironmentFailed(message, hint="give the job more {}".format(_MORE[error.errno]))
    if may_pass(error):
        return EnvironmentFailed(message, hint="check the volume and its free space, then run again: what is "
                                               "done is skipped")
    return JobError(message)


def job_error_from(error: Exception, doing: str) -> JobError:
    """The JobError for what nobody took care of: what the environment refused, or a bug of ours."""
    if isinstance(error, JobError):
        return error
    if isinstance(error, OSError):
        return job_error_from_oserror(error, doing if error.filename is None else "at {}".format(error.filename))
    if isinstance(error, MemoryError):
        return EnvironmentFailed("{}: out of memory".format(doing), hint="give the job more memory, or fewer --workers")
    last = str(error).strip().splitlines()[-1:] or [type(error).__name__]
    return JobError("a bug of this job: {}".format(last[0]), "please report it, with the traceback", "bug")
