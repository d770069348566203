"""What came of each checkpoint of a run: its outcome, or the error that is its own."""
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence, Tuple

from job.batch import output_folder
from job.batch.planning import Task
from job.errors import Interrupted, JobError, Killed, Stopped, job_error_from
from job.settings.settings import Settings
from job.sides.opening import Sides
from job.values import Outcome
from job.watching import log


class Chain(NamedTuple):
    """What is done with one checkpoint: the functions of job.pipeline."""

    prepare: Callable[[Settings], None]  # for this one and those after it
    skipped: Callable[[Path, str, Settings, Path], Optional[Outcome]]
    convert: Callable[[Path, str, Settings, Path, Any], Outcome]
    report_failure: Callable[[str, JobError, Path], None]


class Tried(NamedTuple):
    """What one attempt came to."""

    outcome: Optional[Outcome]  # None where the step had nothing to do
    killed: bool = False  # by SIGKILL, most likely for want of memory


class Rows:
    """Of every task, as it ends."""

    def __init__(self, tasks: Sequence[Task], output_dir: Path, chain: Chain) -> None:
        self.tasks, self.output_dir, self.chain = tasks, output_dir, chain
        self._found = {}  # type: Dict[int, Outcome]

    @property
    def outcomes(self) -> Tuple[Outcome, ...]:
        return tuple(self._found[number] for number in range(len(self.tasks)))

    def settle(self, number: int) -> bool:
        """Gives the row of what needs no conversion: whose settings are wrong, or whose model is current."""
        row = self.tried(number, self._without_conversion).outcome
        if row is not None:
            self.add(number, row)
        return row is not None

    def converted(self, task: Task, sides: Sides) -> Outcome:
        """A step for tried(), in whatever process; add() is for the main one."""
        return self.chain.convert(task.path, task.name, task.settings, self.output_dir, sides)

    def add(self, number: int, outcome: Outcome) -> None:
        self._found[number] = outcome
        log.progress(len(self._found), len(self.tasks))

    def lost(self, number: int, error: JobError) -> None:
        """The process that converted it is no more."""
        def clear_up(task: Task) -> None:
            output_folder.recover(self.output_dir)
            self._refuse(task, error)

        self.add(number, self.tried(number, clear_up).outcome)

    def ended_by(self, error: JobError) -> None:
        """What has no row yet gets this error's."""
        for number, task in enumerate(self.tasks):
            self._found.setdefault(number, _failed(task.name, error))

    def _without_conversion(self, task: Task) -> Optional[Outcome]:
        if task.problem:
            self._refuse(task, task.problem)
        if not (self.output_dir / task.name).exists():
            return None
        return self.chain.skipped(task.path, task.name, task.settings, self.output_dir)

    def _refuse(self, task: Task, error: JobError) -> None:
        """Reports the error and raises it; where it cannot even be reported, that is said and raised instead."""
        try:
            self.chain.report_failure(task.name, error, self.output_dir)
        except JobError as unreported:
            log.failure(error, task.name)
            raise unreported from error
        raise error

    def tried(self, number: int, step: Callable[[Task], Optional[Outcome]]) -> Tried:
        """What the step gives; an error that is the checkpoint's own becomes its outcome."""
        task = self.tasks[number]
        try:
            outcome = step(task)
        except (Stopped, Interrupted):
            raise
        except Exception as error:
            failure = job_error_from(error, "converting")
            log.failure(failure, task.name, _traceback(error) if failure.exit_code == 1 else "")
            return Tried(_failed(task.name, failure), isinstance(failure, Killed))
        if outcome is not None:
            log.note("{}: {}".format(outcome.outcome, self.output_dir / task.name), task.name)
        return Tried(outcome)


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _failed(name: str, error: JobError) -> Outcome:
    return Outcome(name, "failed", error.exit_code, error.stage, error.message)
