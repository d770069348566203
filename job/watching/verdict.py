"""How a run ended, in one line that Kubernetes shows as the termination message."""
import json
import os
import traceback
from pathlib import Path
from typing import Callable, NamedTuple, Sequence

from job.errors import JobError
from job.values import Outcome
from job.watching import log
from job.watching.exit_codes import combined

TERMINATION_LOG = Path("/dev/termination-log")
_LONGEST = 1700  # characters of the message and of the hint; Kubernetes keeps 4096 bytes in all


class Verdict(NamedTuple):
    exit_code: int
    stage: str = ""
    message: str = ""
    hint: str = ""
    converted: int = 0  # checkpoints; current ones were converted by an earlier run
    current: int = 0
    failed: int = 0


def of_outcomes(rows: Sequence[Outcome]) -> Verdict:
    """The verdict of a batch; stage and message are those of the checkpoint that decides the exit code."""
    code = combined(row.exit_code for row in rows)
    first = next((row for row in rows if row.exit_code == code), None) if code else None
    stage, message = (first.stage, "{}: {}".format(first.name, first.message)) if first else ("", "")
    return Verdict(code, stage, message, **{outcome: sum(row.outcome == outcome for row in rows)
                                            for outcome in ("converted", "current", "failed")})


def of_error(error: JobError) -> Verdict:
    return Verdict(error.exit_code, error.stage, error.message, error.hint)


def of_call(call: Callable[[], Verdict]) -> Verdict:
    """What the call returns, or the verdict of what it raises, which goes to the log."""
    try:
        return call()
    except JobError as error:
        log.failure(error, traceback=traceback.format_exc() if error.exit_code == 1 else "")
        return of_error(error)
    except Exception as error:
        failure = JobError("a bug of this job: {}".format(error), "please report it, with the traceback", "bug")
        log.failure(failure, traceback=traceback.format_exc())
        return of_error(failure)


def line(verdict: Verdict) -> str:
    """The verdict as one line of JSON, without what is empty."""
    fields = dict(verdict._asdict(), message=_short(verdict.message), hint=_short(verdict.hint))
    return json.dumps({key: value for key, value in fields.items() if value != ""}) + "\n"


def is_line(text: str) -> bool:
    """Whether it is what line() makes."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and "exit_code" in fields and set(fields) <= set(Verdict._fields)


def leave(verdict: Verdict, file: Path = TERMINATION_LOG) -> None:
    """Its line in the termination log, where that file exists; failing to write it changes nothing."""
    try:
        opened = os.open(str(file), os.O_WRONLY | os.O_TRUNC | os.O_NOCTTY)
    except OSError:
        return
    with open(opened, "w", encoding="utf-8") as stream:
        stream.write(line(verdict))


def _short(text: str) -> str:
    return text[:_LONGEST].encode("ascii", "replace").decode("ascii")
