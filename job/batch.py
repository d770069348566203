"""Many checkpoints: every one is tried, none harms another, and summary.json has a row for each."""
import os
import traceback
from pathlib import Path
from typing import Any, Callable, ContextManager, Dict, NamedTuple, Optional, Sequence, Tuple

from job import determinism, log
from job.crew import Crew, Done
from job.discovery import Candidate, found, named
from job.errors import (BadCheckpoint, Interrupted, JobError, NoPermission, Stopped, UsageError,
                        job_error_from_oserror)
from job.exit_codes import combined
from job.report.documents import json_bytes
from job.report.run import summary
from job.settings import RunSettings, Settings, settings_for
from job.shards import index_of, is_index, shards_of
from job.sidecar import is_inside, sidecar_values
from job.values import Outcome

SUMMARY = "summary.json"


class Task(NamedTuple):
    """A checkpoint with its settings, or with what is wrong with them."""

    path: Path
    name: str
    settings: Optional[Settings]
    problem: Optional[JobError]


class Chain(NamedTuple):
    """What is done with one checkpoint: the functions of job.pipeline."""

    skipped: Callable[[Path, str, Settings, Path], Optional[Outcome]]
    convert: Callable[[Path, str, Settings, Path, Any], Outcome]
    report_failure: Callable[[str, JobError, Path], None]


class Openers(NamedTuple):
    """Where sides come from: the functions of job.sides."""

    sides: Callable[[], ContextManager[Any]]
    nurseries: Callable[[], ContextManager[Any]]


def convert_all(run: RunSettings, chain: Chain, openers: Openers) -> Tuple[Outcome, ...]:
    """Converts what the run names and writes summary.json; each checkpoint's error becomes its row.

    Raises UsageError before any work, and Stopped or Interrupted after the rows are written.
    """
    try:
        tasks = planned(run)
    except BadCheckpoint as error:
        prepare_output(run.output_dir)
        write_summary(run.output_dir, (), error.exit_code)
        raise
    determinism.settle_process()
    prepare_output(run.output_dir)
    rows = _Rows(tasks, run.output_dir, chain)
    try:
        if len(tasks) == 1 and run.timeout is None:
            _convert_one(rows, openers)
        else:
            _convert_many(rows, run, openers)
    except (Stopped, Interrupted) as stop:
        rows.stopped(stop)
        raise
    finally:
        if rows.complete:
            write_summary(run.output_dir, rows.outcomes, combined(row.exit_code for row in rows.outcomes))
    return rows.outcomes


class _Rows:
    """What came of each task so far."""

    def __init__(self, tasks: Sequence[Task], output_dir: Path, chain: Chain) -> None:
        self.tasks, self.output_dir, self.chain = tasks, output_dir, chain
        self._found = {}  # type: Dict[int, Outcome]

    @property
    def complete(self) -> bool:
        return len(self._found) == len(self.tasks)

    @property
    def outcomes(self) -> Tuple[Outcome, ...]:
        return tuple(self._found[number] for number in range(len(self.tasks)))

    def settle(self, number: int) -> bool:
        """Gives the row of what needs no conversion: whose settings are wrong, or whose model is current."""
        row = tried(self.tasks[number], self.output_dir, self._without_conversion)
        if row is not None:
            self._found[number] = row
        return row is not None

    def convert(self, number: int, sides: Any) -> Outcome:
        """In whatever process; add() is for the main one."""
        return tried(self.tasks[number], self.output_dir, lambda task: self.chain.convert(
            task.path, task.name, task.settings, self.output_dir, sides))

    def add(self, number: int, outcome: Outcome) -> None:
        self._found[number] = outcome

    def lost(self, number: int, error: JobError) -> None:
        """The process that converted it is no more."""
        name = self.tasks[number].name
        log.failure(error, name)
        self.chain.report_failure(name, error, self.output_dir)
        recover_output(self.output_dir)
        self._found[number] = _failed(name, error)

    def stopped(self, stop: JobError) -> None:
        for number, task in enumerate(self.tasks):
            self._found.setdefault(number, _failed(task.name, stop))

    def _without_conversion(self, task: Task) -> Optional[Outcome]:
        if task.problem:
            self.chain.report_failure(task.name, task.problem, self.output_dir)
            raise task.problem
        if not (self.output_dir / task.name).exists():
            return None
        return self.chain.skipped(task.path, task.name, task.settings, self.output_dir)


def _convert_one(rows: _Rows, openers: Openers) -> None:
    """In this very process; the sides begin to import before we do anything ourselves."""
    task, = rows.tasks
    if rows.settle(0):
        recover_output(rows.output_dir)
        return
    with openers.sides() as sides:
        recover_output(rows.output_dir)
        rows.add(0, rows.convert(0, sides))


def _convert_many(rows: _Rows, run: RunSettings, openers: Openers) -> None:
    """In workers, each checkpoint with sides of its own."""
    recover_output(rows.output_dir)
    left = [number for number in range(len(rows.tasks)) if not rows.settle(number)]
    if not left:
        return
    with openers.nurseries() as nurseries:
        def prepare() -> Callable[[int], Done]:
            ours = nurseries.for_another_process()

            def work(number: int) -> Done:
                with ours.opened() as sides:
                    outcome = rows.convert(number, sides)
                    # A side of a checkpoint that failed may be dead.
                    return Done(outcome, 0 if outcome.exit_code else sides.peak_memory())
            return work
        with Crew(run.workers, run.timeout, prepare) as crew:
            crew.all_done(left, rows.add, rows.lost)


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


def recover_output(folder: Path) -> None:
    """Finishes or undoes what a killed run left."""
    from job.publish import recover

    for done in recover(folder):
        log.note(done)


def _task(candidate: Candidate, run: RunSettings) -> Task:
    try:
        _check_file(candidate.path)
        _check_shards(candidate)
        settings = settings_for(run, sidecar_values(candidate.path, candidate.volume))
    except JobError as error:
        return Task(candidate.path, candidate.name, None, error)
    except OSError as error:
        problem = job_error_from_oserror(error, "reading {}".format(candidate.path.name))
        return Task(candidate.path, candidate.name, None, problem)
    return Task(candidate.path, candidate.name, settings, None)


def _check_shards(candidate: Candidate) -> None:
    """Shards may be links, as long as they stay inside the volume; one alone is no checkpoint."""
    if not is_index(candidate.path):
        index = index_of(candidate.path)
        if index:
            raise BadCheckpoint("{} is only one shard".format(candidate.path.name),
                                hint="name the index of all of them: {}".format(index))
        return
    for name in shards_of(candidate.path):
        shard = candidate.path.with_name(name)
        if shard.is_symlink() and not is_inside(shard, candidate.volume):
            raise BadCheckpoint("{}: its shard {} is a link that leads out of the volume".format(
                candidate.path.name, name), hint="copy the shard itself there")


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise BadCheckpoint("{} is a folder, not a checkpoint".format(path.name),
                            hint="name the file in it; --input-dir=FOLDER converts all that are in a folder")
    if not path.is_file():
        raise BadCheckpoint("{} is not a file".format(path.name),
                            hint="a link must lead to a file; devices are not read")


def tried(task: Task, output_dir: Path, step: Callable[[Task], Optional[Outcome]]) -> Optional[Outcome]:
    """The step's outcome; an error that is the checkpoint's own becomes one."""
    try:
        outcome = step(task)
    except (Stopped, Interrupted):
        raise
    except Exception as error:
        failure = _as_job_error(error)
        log.failure(failure, task.name, _traceback(error) if failure.exit_code == 1 else "")
        return _failed(task.name, failure)
    if outcome is not None:
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
