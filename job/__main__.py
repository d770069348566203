"""python -m job: runs the command line and turns what comes of it into an exit code."""
import sys
from typing import Sequence

from job.errors import JobError
from job.processes import signals, standard_streams


def main(words: Sequence[str]) -> int:
    """The exit code; the reason is in the log, and in the termination log where there is one."""
    signals.install()  # first: without a handler process 1 of a container ignores SIGTERM
    standard_streams.open_closed()
    try:
        return _ended(words)
    except JobError as signal_at_the_very_end:
        return signal_at_the_very_end.exit_code


def _ended(words: Sequence[str]) -> int:
    from job import cli
    from job.watching import verdict

    ending = verdict.of_call(lambda: cli.run(words))
    verdict.leave(ending)
    return ending.exit_code


if __name__ == "__main__":
    code = main(sys.argv[1:])
    signals.ignore()  # all is done, and the interpreter's own end would take them for deadly
    sys.exit(code)
