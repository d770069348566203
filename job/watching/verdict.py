"""How a run ended, in one line that Kubernetes shows as the termination message."""
import contextlib
import json
import os
import traceback
from pathlib import Path
from typing import Callable, NamedTuple, Optional, Sequence

from job.errors import EnvironmentFailed, JobError, job_error_from
from job.first_few import first_few
from job.values import OUTCOMES, Outcome
from job.watching import log
from job.watching.exit_codes import combined

TERMINATION_LOG = Path("/dev/termination-log")
_LONGEST = {"stage": 100, "message": 1700, "hint": 1700}  # bytes, as JSON has them; Kubernetes keeps 4096 in all

_SHOWN, _NAMED = 200, 10  # characters of an error, other checkpoints that failed: in the last line of a log


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
    code, first = combined(row.exit_code for row in rows), _deciding(rows)
    stage, message = (first.stage, "{}: {}".format(first.name, first.message)) if first else ("", "")
    return Verdict(code, stage, message, **{outcome: sum(row.outcome == outcome for row in rows) for outcome in OUTCOMES})


def told(rows: Sequence[Outcome], reports: Optional[Path] = None, current: str = "current") -> str:
    """What came of a run, for people: who looks at the end of a long log finds it there. Each error stands above, whole.

    `reports` has a folder for each that failed; `current` is what one is called that was found as it should be.
    """
    ending, first = of_outcomes(rows), _deciding(rows)
    words = (current if outcome == "current" else outcome for outcome in OUTCOMES)
    parts = [", ".join("{} {}".format(count, word) for word, count in zip(words, ending[-len(OUTCOMES):]) if count)]
    if first:
        report = reports / first.name / "report.html" if reports else None
        parts.append("exit code {} is of {}".format(ending.exit_code, _clipped(ending.message.split("\n")[0].rstrip(":"))))
        others = ["{} ({})".format(row.name, row.exit_code) for row in rows if row.exit_code and row is not first]
        parts += ["failed too: " + ", ".join(first_few(others, _NAMED))] if others else []
        parts += ["a retry may help"] if ending.exit_code == EnvironmentFailed.exit_code else []
        parts += ["see {}".format(report)] if report and report.is_file() else []
    return "; ".join(parts)


def _deciding(rows: Sequence[Outcome]) -> Optional[Outcome]:
    """The first that has the exit code of all; None where all went well."""
    code = combined(row.exit_code for row in rows)
    return next((row for row in rows if row.exit_code == code), None) if code else None


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN].rstrip() + "..."


def of_error(error: JobError) -> Verdict:
    return Verdict(error.exit_code, error.stage, error.message, error.hint)


def of_call(call: Callable[[], Verdict]) -> Verdict:
    """What the call returns, or the verdict of what it raises, which goes to the log."""
    try:
        return call()
    except Exception as error:
        failure = job_error_from(error, "working")
        log.failure(failure, traceback=traceback.format_exc() if failure.exit_code == 1 else "")
        return of_error(failure)


def line(verdict: Verdict) -> str:
    """The verdict as one line of JSON, without what is empty."""
    texts = {name: _short(getattr(verdict, name), most) for name, most in _LONGEST.items()}
    fields = dict(verdict._asdict(), **texts)
    return json.dumps({key: value for key, value in fields.items() if value != ""}) + "\n"


def is_line(text: str) -> bool:
    """Whether it is what line() makes."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and "exit_code" in fields and set(fields) <= set(Verdict._fields)


def leave(verdict: Verdict, file: Path = TERMINATION_LOG) -> None:
    """Its line in the termination log, where that file exists; failing to write it changes nothing, and waits for nobody."""
    with contextlib.suppress(OSError):
        opened = os.open(str(file), os.O_WRONLY | os.O_TRUNC | os.O_NOCTTY | os.O_NONBLOCK)
        with open(opened, "wb") as stream:
            stream.write(line(verdict).encode("ascii"))


def _short(text: str, most: int) -> str:
    plain = text[:most].encode("ascii", "replace").decode("ascii")
    while len(json.dumps(plain)) > most:  # quotes, backslashes and line ends take up to six bytes
        plain = plain[:len(plain) * 9 // 10]
    return plain
