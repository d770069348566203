"""Many checkpoints: every one is tried, none harms another, and summary.json has a row for each."""
import contextlib
from typing import Any, Callable, ContextManager, List, NamedTuple, Tuple

from job import determinism
from job.batch import output_folder
from job.batch.crew import Crew, Done
from job.batch.planning import Task, expected_memory, planned
from job.batch.rows import Chain, Rows
from job.errors import BadCheckpoint, EnvironmentFailed, JobError, StageFailed
from job.settings.settings import RunSettings
from job.values import Outcome
from job.watching import log
from job.watching.exit_codes import combined


class Openers(NamedTuple):
    """Where sides come from: the functions of job.sides.opening."""

    sides: Callable[[], ContextManager[Any]]
    nurseries: Callable[[], ContextManager[Any]]


def convert_all(run: RunSettings, chain: Chain, openers: Openers) -> Tuple[Outcome, ...]:
    """Converts what the run names and writes summary.json; each checkpoint's error becomes its row.

    Raises UsageError before any work, and after the rows are written Stopped, Interrupted and what of the environment
    stands in the way of every checkpoint.
    """
    try:
        every = planned(run)
    except BadCheckpoint as error:
        output_folder.prepare(run.output_dir, run.share)
        output_folder.write_summary(run.output_dir, (), error.exit_code, run.share, run.run_id)
        raise
    determinism.settle_process()
    output_folder.prepare(run.output_dir, run.share)
    output_folder.check_names(run.output_dir, [task.name for task in every])
    output_folder.remove_outdated_summaries(run.output_dir, run.share)
    tasks = tuple(task for task in every if run.share.takes(task.name))
    if not tasks:
        log.note("of {} checkpoints none falls to shard {}: there is nothing to do".format(len(every), run.share.label))
    rows = Rows(tasks, run.output_dir, chain)
    try:
        if len(tasks) == 1 and run.timeout is None:
            _convert_one(rows, openers)
        else:
            _convert_many(rows, run, openers)
    except JobError as error:  # a signal, or what the environment denies all of them
        rows.ended_by(error)
        _leave_in_order(rows, run)
        raise
    _write_summary(rows, run)
    if not run.checkpoints and run.share.index == 0:
        output_folder.tell_of_what_has_no_checkpoint(run.output_dir, {task.name for task in every})
    return rows.outcomes


def _write_summary(rows: Rows, run: RunSettings) -> None:
    code = combined(row.exit_code for row in rows.outcomes)
    output_folder.write_summary(rows.output_dir, rows.outcomes, code, run.share, run.run_id)


def _leave_in_order(rows: Rows, run: RunSettings) -> None:
    """What a run that ends early owes, even if the volume is full: no folder of a worker that had to be killed, and a
    summary with the code of what ended it."""
    for step in (lambda: output_folder.recover(rows.output_dir), lambda: _write_summary(rows, run)):
        try:
            step()
        except JobError as error:
            log.failure(error)


def _convert_one(rows: Rows, openers: Openers) -> None:
    """In this very process; the sides begin to import before we do anything ourselves."""
    if rows.settle(0):
        output_folder.recover(rows.output_dir)
        return
    with openers.sides() as sides:
        output_folder.recover(rows.output_dir)
        rows.add(0, rows.tried(0, lambda task: rows.converted(task, sides)).outcome)


def _convert_many(rows: Rows, run: RunSettings, openers: Openers) -> None:
    """In workers, each checkpoint with sides of its own."""
    output_folder.recover(rows.output_dir)
    left = [number for number in range(len(rows.tasks)) if not rows.settle(number)]
    if not left:
        return
    with openers.nurseries() as nurseries:
        tasks = [rows.tasks[number] for number in left]
        rows.chain.prepare(tasks[0].settings)
        expected = expected_memory([task.path for task in tasks])
        with Crew(run.workers, run.timeout, lambda number: _in_worker(rows, number, nurseries), expected) as crew:
            crew.all_done(left, rows.add, rows.lost)


def _in_worker(rows: Rows, number: int, nurseries: Any) -> Done:
    peaks = []  # type: List[int]

    def convert(task: Task) -> Outcome:
        with nurseries.opened() as sides:
            outcome = rows.converted(task, sides)
            output_folder.leave_page_cache(rows.output_dir, task.name)
            with contextlib.suppress(StageFailed, EnvironmentFailed):  # it is published, even if a side dies now
                peaks.append(sides.peak_memory())
        return outcome

    tried = rows.tried(number, convert)
    return Done(tried.outcome, sum(peaks), tried.killed)
