"""What was published on a volume that a program serves is asked of it again.

rclone with --vfs-cache-mode=writes gives I/O errors for a folder that was just renamed, and with full empty files, until
it has uploaded them: to exit with 0 before that would tell a pipeline to go on with those.
"""
import contextlib
import errno
import time
from pathlib import Path
from typing import List

from job.errors import EnvironmentFailed, JobError
from job.publish.checksums import verify_checksums
from job.publish.files import remove
from job.publish.volume import is_in_user_space
from job.report.documents import read_document

_LONGEST = 120.0  # seconds; such programs store what they are given within 5, if nothing keeps them
_PAUSE = 0.2
_LATE = (errno.EIO, errno.ENOENT)  # what has other errors is no late volume but a dead one
_RUN = "run.json"


def read_back(model: Path) -> None:
    """Returns once the model can be read as it was written; EnvironmentFailed where it cannot, and the next run makes it anew."""
    if not is_in_user_space(model.parent):  # the model may be another job's by now, or between two renames
        return
    end = time.monotonic() + _LONGEST
    problems = _problems(model)
    while problems and time.monotonic() < end:
        time.sleep(_PAUSE)
        problems = _problems(model)
    if problems:
        with contextlib.suppress(OSError):
            remove(model / _RUN)
        raise EnvironmentFailed("{}: the volume does not give back what was written to it: {}".format(model, problems[0]),
                                hint="see what the program that serves it says, then run again: this model is made anew")


def _problems(model: Path) -> List[str]:
    try:
        return verify_checksums(model) or _of_run(model)
    except (JobError, OSError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        if getattr(cause, "errno", None) not in _LATE:
            raise
        return [str(error).splitlines()[0]]


def _of_run(model: Path) -> List[str]:
    """It is in no checksums."""
    try:
        read_document(model / _RUN)
    except ValueError as error:
        return ["{}: {}".format(_RUN, error)]
    return []
