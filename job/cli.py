"""The commands: each takes the run's settings and returns how it ended.

What is heavy is imported inside the commands, so that help and wrong usage answer at once.
"""
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any, Callable, Sequence, Tuple

from job.errors import JobError, UsageError
from job.processes import signals
from job.settings import command_line
from job.settings.settings import RunSettings, run_settings
from job.values import Outcome
from job.watching import log, verdict
from job.watching.result_file import recorded
from job.watching.verdict import Verdict
from job.watching.visible import visible

DONE = Verdict(0)


def run(words: Sequence[str]) -> Verdict:
    """Runs a command line to its end; raises JobError where it cannot."""
    log.configure(command_line.log_style(words))
    wanted = command_line.wants_help(words)
    if wanted:
        return _help(wanted.command)
    invocation = command_line.parsed(words)
    settings = run_settings(invocation)
    log.configure(settings.log)
    command = partial(_COMMANDS[invocation.command], settings)
    return recorded(command, settings.result_file) if settings.result_file else command()


def convert(run: RunSettings) -> Verdict:
    from job.batch import batch

    _warn_of_trust(run)
    _check_metrics_file(run)
    try:
        outcomes = batch.convert_all(run, *_chain_and_openers())
    except JobError as error:
        _leave_metrics(run, (), error.exit_code)
        raise
    ending = verdict.of_outcomes(outcomes)
    if len(outcomes) > 1 or ending.exit_code:
        from job.publish.published import FAILED

        log.note(verdict.told(outcomes, run.output_dir / FAILED))
    _leave_metrics(run, outcomes, ending.exit_code)
    return ending


def inspect(run: RunSettings) -> Verdict:
    from job.sides import opening
    from job.batch import planning

    _warn_of_trust(run)
    task = planning.planned(run)[0]
    if task.problem:
        raise task.problem
    with opening.open_pytorch_first() as (pytorch, tensorflow):
        from job import pipeline

        _say(pipeline.inspect(task.path, task.settings, pytorch, tensorflow))
    return DONE


def verify(run: RunSettings) -> Verdict:
    folder = _output_folder(run)
    from job.sides import opening

    with opening.open_sides() as opened:
        from job.verify.verify import verify as verified

        rows = verified(folder, opened, run.given)
    ending = verdict.of_outcomes(rows)
    if len(rows) > 1 or ending.exit_code:
        log.note(verdict.told(rows, current="verified"))
    return ending


def demo(run: RunSettings) -> Verdict:
    from job.demo import demonstrate

    ending, text = demonstrate(run, *_chain_and_openers())
    _say(text)
    return ending


def architectures(run: RunSettings) -> Verdict:
    from job.architectures.listing import lines

    _say("\n".join(lines()))
    return DONE


def operators(run: RunSettings) -> Verdict:
    from job.sides import opening

    with opening.open_sides() as opened:
        _say(opened.tensorflow.call("operators"))
    return DONE


def summarize(run: RunSettings) -> Verdict:
    from job.batch.summaries import merged

    rows = merged(_output_folder(run))
    for row in rows:
        _say("{:<9}  {:>3}  {}  {}".format(row.outcome, row.exit_code, row.name, row.message).rstrip())
    return verdict.of_outcomes(rows)


_COMMANDS = {command.__name__: command
             for command in (convert, inspect, verify, demo, architectures, operators, summarize)}


def _chain_and_openers() -> Tuple[Any, Any]:
    """What batch.convert_all() runs with."""
    from job.sides import opening
    from job.batch import batch

    return (batch.Chain(*map(_of_pipeline, batch.Chain._fields)),
            batch.Openers(opening.open_sides, opening.open_nurseries))


def _of_pipeline(name: str) -> Callable[..., Any]:
    """A function of job.pipeline, which imports numpy: not before the checkpoints are known and a side is forked."""
    def call(*arguments: Any) -> Any:
        with signals.held_back():
            from job import pipeline
        return getattr(pipeline, name)(*arguments)
    return call


def _check_metrics_file(run: RunSettings) -> None:
    if run.metrics_file:
        from job.watching.metrics import check_metrics_file

        check_metrics_file(run.metrics_file)


def _leave_metrics(run: RunSettings, outcomes: Sequence[Outcome], exit_code: int) -> None:
    """Where they are asked for; failing to write them changes no exit code."""
    if run.metrics_file:
        from job.watching.metrics import write_metrics

        try:
            write_metrics(run.metrics_file, outcomes, exit_code, run.output_dir, run.share.label)
        except JobError as error:
            log.warning("no metrics: {}".format(error.message))


def _warn_of_trust(run: RunSettings) -> None:
    if run.given.get("trust_pickle"):
        log.warning("--trust-pickle: whoever wrote these checkpoints can run any code here")


def _help(command: str) -> Verdict:
    from job.settings import help as texts

    _say(texts.command_help(command) if command else texts.overview())
    return DONE


def _output_folder(run: RunSettings) -> Path:
    """The folder named as a value, by flag, or the default; it must exist."""
    if run.checkpoints and "output_dir" in run.given:
        raise UsageError("OUTPUT_DIR and --output-dir both name the folder", hint="give one of them")
    folder = Path(run.checkpoints[0]) if run.checkpoints else run.output_dir
    if not folder.is_dir():
        raise UsageError("{}: there is no such folder".format(folder),
                         hint="name the folder that `convert` wrote to")
    return folder


def _say(text: str) -> None:
    """Prints for whoever called; nobody listening any more (`| head`) is no error."""
    try:
        sys.stdout.write(_printable(text.rstrip("\n")) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _printable(text: str) -> str:
    """What the terminal cannot show, or would take for orders, such as a file name that is not UTF-8, as escapes."""
    encoding = sys.stdout.encoding or "utf-8"
    return visible(text).encode(encoding, "backslashreplace").decode(encoding)
