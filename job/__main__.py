"""python -m job: runs the command line and turns what comes of it into an exit code."""
import sys
import traceback
from typing import Sequence

from job import signals
from job.errors import JobError


def main(words: Sequence[str]) -> int:
    """The exit code; the reason is in the log, and in the termination log where there is one."""
    signals.install()  # first: without a handler process 1 of a container ignores SIGTERM
    try:
        return _ended(words)
    except JobError as signal_at_the_very_end:
        return signal_at_the_very_end.exit_code


def _ended(words: Sequence[str]) -> int:
    from job import cli, log, verdict

    try:
        ending = cli.run(words)
    except JobError as error:
        log.failure(error, traceback=traceback.format_exc() if error.exit_code == 1 else "")
        ending = verdict.of_error(error)
    except Exception as error:
        failure = JobError("a bug of this job: {}".format(error), "please report it, with the traceback", "bug")
        log.failure(failure, traceback=traceback.format_exc())
        ending = verdict.of_error(failure)
    verdict.leave(ending)
    return ending.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
