"""Logs on stderr: one line a stage with its time, for people or (--log=json) for machines."""
import json
import logging
import sys
import time
from contextlib import contextmanager
from typing import Any, Iterator, List, Optional

from job.errors import JobError
from job.watching import progress_bar
from job.watching.visible import readable, visible

_LOGGER = logging.getLogger("job")
_LOGGER.propagate = False


def configure(style: str) -> None:
    """Send the log to stderr as text or as json; forked children inherit it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.terminator = ""  # of one write with its line: another process may write between two
    handler.setFormatter(_Machine() if style == "json" else _People())
    _LOGGER.handlers = [handler]
    _LOGGER.setLevel(logging.INFO)


class Timing:
    """How long a stage took, in seconds; 0 until it ends."""

    seconds = 0.0


@contextmanager
def stage(name: str, checkpoint: str = "") -> Iterator[Timing]:
    """One line when the stage ends, with its time and whether it failed."""
    timing, start, level = Timing(), time.perf_counter(), logging.ERROR
    try:
        yield timing
        level = logging.INFO
    finally:
        timing.seconds = time.perf_counter() - start
        _write(level, "stage", "failed" if level == logging.ERROR else "", stage=name, checkpoint=checkpoint,
               seconds=round(timing.seconds, 3))


def note(message: str, checkpoint: str = "", **facts: Any) -> None:
    """Something worth knowing that is no failure."""
    _write(logging.INFO, "note", message, checkpoint=checkpoint, **facts)


def warning(message: str, checkpoint: str = "", **facts: Any) -> None:
    """Something the user should look at."""
    _write(logging.WARNING, "warning", message, checkpoint=checkpoint, **facts)


def failure(error: JobError, checkpoint: str = "", traceback: str = "") -> None:
    """An error with its hint; a bug of ours with its full traceback."""
    facts = {"exit_code": error.exit_code, "stage": error.stage, "hint": error.hint, "traceback": traceback}
    _write(logging.ERROR, "error", error.message, checkpoint=checkpoint,
           **{key: value for key, value in facts.items() if value})


def _write(level: int, event: str, message: str, checkpoint: str, **facts: Any) -> None:
    _LOGGER.log(level, "%s", message, extra={"event": event, "checkpoint": checkpoint, "facts": facts})


def progress(done: int, total: int) -> None:
    """How many checkpoints are done, for people at a terminal."""
    if _LOGGER.handlers and isinstance(_LOGGER.handlers[0].formatter, _People):
        progress_bar.show(done, total)


class _People(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """What others have named cannot begin a line: all but the first of a message are indented."""
        text = visible(self._text(record)).replace("\n", "\n  ")
        return (progress_bar.CLEAR if progress_bar.on_terminal() else "") + text + "\n"

    def _text(self, record: logging.LogRecord) -> str:
        facts = record.facts  # type: ignore
        if record.event == "stage":  # type: ignore
            line = "{:<16} {:>7.2f} s".format(facts["stage"], facts["seconds"])
            return _joined([record.checkpoint, line, record.getMessage()])  # type: ignore
        lead = {"error": "error: ", "warning": "warning: "}.get(record.event, "")  # type: ignore
        lines = [_joined([record.checkpoint, lead + record.getMessage()])]  # type: ignore
        if facts.get("hint"):
            lines.append("hint: {}".format(facts["hint"]))
        if facts.get("traceback"):
            lines.append(facts["traceback"].rstrip())
        return "\n".join(lines)


class _Machine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        row = {
            "time": "{}.{:03d}Z".format(time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)),
                                        int(record.msecs)),
            "level": record.levelname.lower(),
            "event": record.event,  # type: ignore
            "checkpoint": record.checkpoint or None,  # type: ignore
            "message": record.getMessage(),
        }
        row.update(record.facts)  # type: ignore
        return json.dumps({key: readable(value) if isinstance(value, str) else value for key, value in row.items()}) + "\n"


def _joined(parts: List[Optional[str]]) -> str:
    return "  ".join(part for part in parts if part)
