"""Jobs that need not import: each is forked off here, and has its sides from nurseries that are there already.

    python -m tests.faults.warm     reads a command line as JSON on each line of stdin, answers with its exit code

What the jobs say goes to stderr. All else is the job's own: its chain, its batch, its ending.
"""
import contextlib
import json
import os
import sys

from job import determinism
from job.__main__ import main
from job.sides import opening


def serve() -> None:
    determinism.settle_process()
    import job.pipeline  # noqa: F401 for the jobs to have

    with opening.open_nurseries() as nurseries:
        with nurseries.opened() as opened:
            opened.peak_memory()  # both have imported
        for line in sys.stdin:
            print(_exit_code(json.loads(line), nurseries), flush=True)


def _exit_code(words, nurseries) -> int:
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = _job(words, nurseries)
        finally:
            sys.stderr.flush()
            os._exit(code)
    status = os.waitpid(pid, 0)[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)


def _job(words, nurseries) -> int:
    opening.open_sides = nurseries.opened
    opening.open_nurseries = lambda: _kept(nurseries)
    return main(words)


@contextlib.contextmanager
def _kept(nurseries):
    """For the jobs after this one."""
    yield nurseries


if __name__ == "__main__":
    serve()
