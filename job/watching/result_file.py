"""--result-file: the verdict of one line, where a pipeline looks for it."""
import contextlib
from pathlib import Path
from typing import Callable

from job.errors import JobError, UsageError, job_error_from_oserror, may_pass
from job.watching import log, verdict
from job.watching.verdict import Verdict
from job.watching.whole_file import check_place, write_whole


def recorded(call: Callable[[], Verdict], file: Path) -> Verdict:
    """How the call ended, as the file says it too.

    UsageError before the call where no file can be written there, EnvironmentFailed where none can now. Where it cannot be
    written after the call, a run that went well has failed after all.
    """
    _make_way(file)
    ending = verdict.of_call(call)
    try:
        write_whole(file, verdict.line(ending))
    except JobError as error:
        log.failure(error)
        return ending if ending.exit_code else verdict.of_error(error)
    return ending


def _make_way(file: Path) -> None:
    """The folder is there, and what an earlier run left is gone: nobody must take it for this run's."""
    try:
        check_place("--result-file", file, verdict.is_line)
        file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            file.unlink()
        file.touch()  # a name too long, or no permission
        file.unlink()
    except OSError as error:
        if may_pass(error):
            raise job_error_from_oserror(error, "writing {}".format(file)) from error
        raise UsageError("--result-file={}: {}".format(file, error.strerror),
                         hint="name a file in a folder that this user may write to") from error
