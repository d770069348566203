"""Many checkpoints, one after the other: every one is tried, and summary.json has a row for each."""
import os
import traceback
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable, ContextManager, List, NamedTuple, Optional, Sequence, Tuple

from job import log
from job.discovery import Candidate, found, named
from job.errors import (BadCheckpoint, Interrupted, JobError, NoPermission, Stopped, UsageError,
                        job_error_from_oserror)
from job.exit_codes import combined
from job.report.documents import json_bytes
from job.report.run import summary
from job.settings import RunSettings, Settings, settings_for
from job.sidecar import is_inside, sidecar_values
from job.values import Outcome

SUMMARY = "summary.json"
_MAY_HARM_SIDES = (1, 4, 5)  # a side may have died, or its exporter be broken for good: the next one gets new ones

Convert = Callable[[Path, str, Settings, Path, Any], Outcome]  # job.pipeline.convert
OpenSides = Callable[[], ContextManager[Any]]  # job.sides.open_sides
ReportFailure = Callable[[str, JobError, Path], None]  # writes .failed/NAME/parity.json


class Task(NamedTuple):
    """A checkpoint with its settings, or with what is wrong with them."""

    path: Path
    name: str
    settings: Optional[Settings]
    problem: Optional[JobError]


def convert_all(run: RunSettings, convert: Convert, open_sides: OpenSides,
                report_failure: ReportFailure) -> Tuple[Outcome, ...]:
    """Converts what the run names and writes summary.json; each checkpoint's error becomes its row.

    Raises UsageError before any work, and Stopped or Interrupted after the rows are written.
    """
    try:
        tasks = planned(run)
    except BadCheckpoint as error:
        prepare_output(run.output_dir)
        write_summary(run.output_dir, (), error.exit_code)
        raise
    prepare_output(run.output_dir)
    rows = []  # type: List[Outcome]
    try:
        with ExitStack() as stack:
            sides = stack.enter_context(open_sides()) if any(task.settings for task in tasks) else None
            _recover(run.output_dir)
            for task in tasks:
                if sides is None and task.settings:
                    sides = stack.enter_context(open_sides())
                rows.append(_tried(task, run.output_dir, convert, sides, report_failure))
                if rows[-1].exit_code in _MAY_HARM_SIDES:
                    stack.close()
                    sides = None
    except (Stopped, Interrupted) as stop:
        rows.extend(_failed(task.name, stop) for task in tasks[len(rows):])
        raise
    finally:
        if len(rows) == len(tasks):
            write_summary(run.output_dir, rows, combined(row.exit_code for row in rows))
    return tuple(rows)


def planned(run: RunSettings) -> Tuple[Task, ...]:
    """Every checkpoint of the run with its settings; nothing is read but names and sidecars."""
    if run.checkpoints:
        return tuple(_task(candidate, run) for candidate in named(run.checkpoints, run.input_dir))
    inputs = [run.given[key] for key in ("samples", "calibration") if key in run.given]
    around = [folder for folder in inputs if is_inside(run.input_dir, folder)]
    if around:
        raise UsageError("{}: holds the checkpoints too".format(around[0]),
                         hint="name the checkpoint to convert, or keep samples in a folder of their own")
    left_out = [run.output_dir] + inputs
    tasks = [_task(candidate, run) for candidate in found(run.input_dir, left_out)]
    samples = {task.settings.samples.resolve() for task in tasks if task.settings and task.settings.samples}
    return tuple(task for task in tasks if samples.isdisjoint(task.path.resolve().parents))


def prepare_output(folder: Path) -> None:
    """Makes the output folder where it is missing; UsageError or NoPermission where it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError("--output-dir={}: not a folder".format(folder), hint="name a folder") from error
    except OSError as error:
        raise job_error_from_oserror(error, "making the output folder {}".format(folder)) from error
    if not os.access(str(folder), os.W_OK | os.X_OK):
        raise NoPermission(
            "{}: the output folder cannot be written to by user {}".format(folder, os.geteuid()),
            hint="run as a user who owns it (docker run --user UID:GID; Kubernetes: fsGroup), and mount it writable")

def write_summary(folder: Path, rows: Sequence[Outcome], exit_code: int) -> None:
    """summary.json, whole or not at all."""
    from job.publish import publish_file  # imports numpy: not before the sides are forked

    publish_file(folder, SUMMARY, json_bytes(summary(rows, exit_code)))


def _recover(folder: Path) -> None:
    from job.publish import recover

    for done in recover(folder):
        log.note(done)


def _task(candidate: Candidate, run: RunSettings) -> Task:
    try:
        _check_file(candidate.path)
        settings = settings_for(run, sidecar_values(candidate.path, candidate.volume))
    except JobError as error:
        return Task(candidate.path, candidate.name, None, error)
    except OSError as error:
        problem = job_error_from_oserror(error, "reading {}".format(candidate.path.name))
        return Task(candidate.path, candidate.name, None, problem)
    return Task(candidate.path, candidate.name, settings, None)


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise BadCheckpoint("{} is a folder, not a checkpoint".format(path.name),
                            hint="name the file in it; --input-dir=FOLDER converts all that are in a folder")
    if not path.is_file():
        raise BadCheckpoint("{} is not a file".format(path.name),
                            hint="a link must lead to a file; devices are not read")


def _tried(task: Task, output_dir: Path, convert: Convert, sides: Any,
           report_failure: ReportFailure) -> Outcome:
    try:
        if task.problem:
            report_failure(task.name, task.problem, output_dir)
            raise task.problem
        outcome = convert(task.path, task.name, task.settings, output_dir, sides)
    except (Stopped, Interrupted):
        raise
    except Exception as error:
        failure = _as_job_error(error)
        log.failure(failure, task.name, _traceback(error) if failure.exit_code == 1 else "")
        return _failed(task.name, failure)
    log.note("{}: {}".format(outcome.outcome, output_dir / task.name), task.name)
    return outcome


def _as_job_error(error: Exception) -> JobError:
    if isinstance(error, JobError):
        return error
    if isinstance(error, OSError):
        return job_error_from_oserror(error, "converting")
    last = str(error).strip().splitlines()[-1:] or [type(error).__name__]
    return JobError("a bug of this job: {}".format(last[0]), "please report it, with the traceback", "bug")


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _failed(name: str, error: JobError) -> Outcome:
    return Outcome(name, "failed", error.exit_code, error.stage, error.message)
