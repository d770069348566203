"""Published models checked again: their checksums, every .tflite against its SavedModel, and with samples their accuracy."""
import functools
import tempfile
from pathlib import Path
from typing import Any, Mapping, Tuple

from job import modes
from job.errors import BadCheckpoint, JobError, ParityFailed
from job.parity.gate import first_drift, parity_failed
from job.parity.patterns import within
from job.parity.probes import Probe, make_probes
from job.parity.questions import Questions
from job.parity.tolerance import kind_of
from job.processes.actors import BugInActor
from job.publish import is_model, is_without_newest, published_models, verify_checksums
from job.sides.opening import Sides
from job.values import Outcome, StageParity
from job.verify.accuracy import check_accuracy
from job.verify.published_model import AGAIN, REFERENCE, PublishedModel, read_model
from job.watching import log

PROBES = 4


def verify(output_dir: Path, sides: Sides, given: Mapping[str, Any] = {}) -> Tuple[Outcome, ...]:
    """One row for each published model. PyTorch is gone by now: the SavedModel, which passed, is the reference.

    `given` may hold `samples`, with which accuracy is checked again, `preprocess` and `max_accuracy_drop`.
    """
    folders = published_models(output_dir)
    if not folders:
        raise BadCheckpoint("{} holds no published model".format(output_dir),
                            hint="name the folder around it" if is_model(output_dir)
                            else "name the folder that `convert` wrote to")
    return tuple(_verified(folder, sides, given) for folder in folders)


def _verified(folder: Path, sides: Sides, given: Mapping[str, Any]) -> Outcome:
    try:
        with log.stage("checksums", folder.name):
            _check_sums(folder)
        published = read_model(folder)
        with tempfile.TemporaryDirectory() as work, sides.at_work():
            sides.tensorflow.call("open_published", published.inputs, published.outputs, published.any_batch)
            with log.stage("parity", folder.name):
                _check_parity(published, sides, Path(work))
            if "samples" in given:
                with log.stage("accuracy", folder.name):
                    check_accuracy(published, sides, Path(work), given)
    except JobError as error:
        log.failure(error, folder.name)
        return Outcome(folder.name, "failed", error.exit_code, error.stage, error.message)
    log.note("verified: {}".format(folder), folder.name)
    return Outcome(folder.name, "current", 0, "", "")


def _check_sums(folder: Path) -> None:
    problems = verify_checksums(folder)
    if problems:
        hint = ("its newest version was put away: rename it back to verify it, or convert the checkpoint with --force"
                if is_without_newest(folder) else AGAIN)
        raise ParityFailed("not what was published: " + "; ".join(problems), hint, _stage_of(problems[0]))


def _stage_of(problem: str) -> str:
    """The stage whose file the first problem is about."""
    for mode in (modes.FLOAT32,) + modes.NAMES:
        if modes.tflite_name("", mode) in problem:
            return modes.stage_of(mode)
    return REFERENCE if "saved_model" in problem else "publish"


def _check_parity(published: PublishedModel, sides: Sides, work: Path) -> None:
    probes = [_fitted(probe, published) for probe in make_probes(published.inputs, PROBES)]
    counts = {stage: 1 if kind_of(stage) in modes.CALIBRATED else PROBES for stage in published.files}
    losses = functools.partial(sides.tensorflow.call, "losses_of_choices", published.files[REFERENCE])
    questions = Questions(work, probes, counts, published.outputs, published.tolerance, losses, REFERENCE)
    for stage, file in published.files.items():
        questions.ask(stage, sides.tensorflow, file)
    drift = first_drift([_judged(questions, stage) for stage in questions.stages])
    if drift is not None:
        raise parity_failed(drift)


def _judged(questions: Questions, stage: str) -> StageParity:
    """A file that cannot even be asked is not what was published, whatever its checksum says."""
    try:
        return questions.judged(stage)
    except BugInActor as error:
        raise ParityFailed("its file cannot be run: {}".format(str(error).strip().splitlines()[-1]),
                           hint=AGAIN, stage=stage) from error


def _fitted(probe: Probe, published: PublishedModel) -> Probe:
    """Stretched over what a calibrated file has room for, where there is such a file: its user's inputs are like that."""
    ranges = published.input_ranges
    return probe._replace(inputs=tuple(
        within(array, *ranges[facts.name]) if facts.name in ranges else array
        for array, facts in zip(probe.inputs, published.inputs)))
