"""The chain for one checkpoint, top to bottom."""
import contextlib
import functools
import tempfile
from pathlib import Path
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from job.checkpoint.arriving import index_awaited
from job.checkpoint.identity import NOT_THERE, Identity, identity_now
from job.checkpoint.shards import files_if_known
from job.checkpoint.watch import unwritten
from job.conversion import remarks
from job.conversion.converted import Converted, Place
from job.conversion.documents import failed_documents, write_documents
from job.conversion.progress import Progress
from job.conversion.spared_layers import with_spared_layers
from job.errors import BadCheckpoint, JobError
from job.modes import CALIBRATED, FLOAT32, stage_of, tflite_name
from job.parity.drift import located, with_weights
from job.parity.gate import earlier_drift_first, first_drift, parity_failed
from job.parity.probes import probe_counts, probes_for
from job.parity.questions import Questions
from job.parity.usual import unusual
from job.processes.actors import Pending, Side
from job.publish import (
    check_replaceable, checkpoint_of, clear_failure, is_current, is_rolled_back, keep_earlier, next_version, publish,
    publish_failure, record_stamps, settled, staging, turn, version_folder,
)
from job.report import inspection
from job.samples.accuracy import Accuracy, dropped, number_asked
from job.samples.calibration import Calibration, calibration_for
from job.samples.classes import check_labels_number_scores
from job.samples.domain import within_domain
from job.samples.use import samples_for
from job.settings.settings import Settings
from job.settings.sidecar import errors_of_sidecar
from job.sides.opening import Sides
from job.values import Model, Outcome
from job.watching import log

CALIBRATION = "calibration"  # the folder beside the model in which int8's samples are


def convert(checkpoint: Path, name: str, settings: Settings, output_dir: Path, sides: Sides) -> Outcome:
    """Converts one checkpoint and publishes it whole; or publishes why not, and raises the JobError."""
    progress = Progress(name, settings)
    check_replaceable(output_dir, name)
    try:
        with staging(output_dir, name) as folder, sides.at_work():
            place = _place(folder, output_dir / name, settings.keep)
            blamed = errors_of_sidecar(checkpoint, settings.of_sidecar)
            with blamed, unwritten(files_if_known(checkpoint)), index_awaited(checkpoint):
                converted = _converted(checkpoint, settings, sides, place, progress)
                _judge_accuracy(progress, sides, converted, place, settings.max_accuracy_drop is not None)
                _refuse_drift(progress, sides, converted, place, settings.max_accuracy_drop)
            progress.warnings = unusual(progress.stages, converted.exported.depth)
            remarks.of_unusual(progress)
            with turn(output_dir, name):
                kept = keep_earlier(place.published, place.model, settings.keep)
                written = write_documents(place, settings, converted.as_version(kept.number), progress)
                with progress.stage("publish"):
                    publish(place.model, output_dir, name, dict(kept.digests, **written))
    except JobError as error:
        if error.exit_code < 128:  # a signal is no failure of the checkpoint's
            publish_failure(output_dir, name, failed_documents(progress, error))
        raise
    return Outcome(name, "converted", 0, "", "")


def _place(staged: Path, published: Path, keep: int) -> Place:
    place = Place(staged / "model", staged / "work", version_folder(next_version(published, keep)), published)
    place.model.mkdir()
    place.work.mkdir()
    return place


def prepare(settings: Settings) -> None:
    """Reads what is mostly the same for all checkpoints of a run: the job's own files, the user's code and samples."""
    with contextlib.suppress(OSError, JobError):  # for each checkpoint to say
        Progress("", settings)


def skipped(checkpoint: Path, name: str, settings: Settings, output_dir: Path) -> Optional[Outcome]:
    """The outcome of a checkpoint whose model is there already, made from just this; None where it is to be made."""
    if settings.force or not (output_dir / name / "run.json").is_file():
        return None
    progress, before = Progress(name, settings), checkpoint_of(output_dir, name)
    found = _identity(checkpoint, before)
    asked = found.sha256, progress.settings_digest, progress.job_version
    if is_current(output_dir, name, *asked):
        message = "made from this checkpoint with these settings already"
    elif is_rolled_back(output_dir, name, *asked):
        message = "made from this checkpoint already, and rolled back to an earlier version: --force makes it again"
        log.warning(message, name)
    else:
        return None
    if found != before:
        record_stamps(output_dir, name, found)
    clear_failure(output_dir, name)
    return Outcome(name, "current", 0, "", message)


def _identity(checkpoint: Path, before: Optional[Identity]) -> Identity:
    try:
        return identity_now(checkpoint, before)
    except (BadCheckpoint, FileNotFoundError):
        return NOT_THERE  # of an index that cannot be read, or whose shards are not there: to be converted, and so refused


def report_failure(name: str, error: JobError, output_dir: Path) -> None:
    """Publishes why a checkpoint could not even be begun."""
    publish_failure(output_dir, name, failed_documents(Progress(name), error))


def inspect(checkpoint: Path, settings: Settings, pytorch: Side, tensorflow: Callable[[], Side]) -> str:
    """What the checkpoint is, and what would stand in the way of converting it, as text.

    Of a network that nobody named, what its tensors tell: no export, and no wait for TensorFlow.
    """
    named = settings.arch or settings.model_code
    if named:
        tensorflow()  # imports meanwhile
    found = pytorch.call("inspect", checkpoint, settings)
    lines = inspection.of_checkpoint(found)
    if named or found.format == "onnx":
        with tempfile.TemporaryDirectory() as work:
            exporting = pytorch.start("export", checkpoint, settings, Path(work) / "model.onnx")
            tensorflow()
            exported = exporting.result()
            operators, problems = tensorflow().call("preflight", exported)
        lines += inspection.of_network(exported, operators, problems)
    return "\n".join(lines)


class _Asked(NamedTuple):
    """What both sides are working through, to be collected in this order."""

    versions: Tuple[Pending, Pending]
    build: Pending
    questions: Questions
    written: Mapping[str, Pending]  # stage -> the file that it asks
    memory: Tuple[Pending, Pending]


def _converted(checkpoint: Path, settings: Settings, sides: Sides, place: Place, progress: Progress) -> Converted:
    """Asks both sides for everything at once; they work through it while we judge and flush what has come."""
    with progress.stage("export"):
        exported = sides.pytorch.call("export", checkpoint, settings, place.work / "model.onnx")
    progress.checkpoint, progress.multiply_adds = exported.checkpoint, exported.multiply_adds
    check_labels_number_scores(settings.labels, exported.outputs)
    remarks.of_checkpoint(progress)
    build = sides.tensorflow.start("build", exported)
    samples = samples_for(settings, exported, sides.pytorch, place.work / "samples.npz")
    exported = within_domain(exported, samples.probes, sides.pytorch)
    told, progress.checkpoint = len(progress.checkpoint.notes), exported.checkpoint
    remarks.of_checkpoint(progress, told)
    calibration = calibration_for(settings, exported, sides.pytorch, samples.probes, place.work / CALIBRATION)
    if calibration is not None:
        progress.calibration = calibration.document()
    remarks.of_calibration(progress, calibration, settings.calibration is not None)
    own = calibration.probes if calibration is not None else ()
    progress.probes = probes_for(exported.inputs, exported.multiply_adds, samples.probes, own)
    counts = probe_counts(exported.multiply_adds, len(samples.probes), len(own))
    losses = functools.partial(sides.tensorflow.call, "losses_of_choices", place.model / place.saved_model)
    questions = Questions(place.work, progress.probes, counts, exported.outputs, settings.tolerance, losses, exported.reference)
    asked = _asked(settings, sides, place, progress.name, build, questions, calibration)
    converted = Converted(exported, samples, *_collected(asked, sides, place.model, progress))
    converted = with_spared_layers(converted, questions, sides, place.model, progress)
    remarks.of_spared_layers(progress)
    return converted


def _asked(settings: Settings, sides: Sides, place: Place, name: str, build: Pending,
           questions: Questions, calibration: Optional[Calibration]) -> _Asked:
    """The reference and ONNX answer on one side while the other makes its files, and answers for each of them."""
    pytorch, tensorflow = sides
    files = {mode: tflite_name(name, mode) for mode in (FLOAT32,) + settings.quantize}
    questions.ask(questions.reference, pytorch)
    questions.ask("onnx", pytorch)
    tensorflow.start("start_tflites", place.model, files, {mode: questions.question(stage_of(mode)) for mode in files},
                     calibration and calibration.folder)
    questions.ask("keras", tensorflow, place.work)
    written = {"saved_model": tensorflow.start("write_saved_model", place.model, place.saved_model)}
    questions.ask("saved_model", tensorflow, place.model / place.saved_model)
    for mode, file in files.items():
        stage = stage_of(mode)
        written[stage] = tensorflow.start("finish_tflite", place.model, file, mode)
        questions.expect(stage, written[stage])
    return _Asked((pytorch.start("versions"), tensorflow.start("versions")), build, questions, written,
                  (pytorch.start("peak_memory"), tensorflow.start("peak_memory")))


def _collected(asked: _Asked, sides: Sides, model: Path,
               progress: Progress) -> Tuple[Tuple[Model, ...], str, Mapping[str, str]]:
    """The models, the layer that ties their batch, and the digests of their files; every stage judged on the way."""
    with progress.stage("build"):
        batch_fixed_by = asked.build.result()
    models, digests = [], {}  # type: List[Model], Dict[str, str]
    for stage in asked.questions.stages:
        with progress.stage(stage):
            if stage in asked.written:
                with earlier_drift_first(progress.stages, lambda drift: with_weights(drift, progress.stages, sides)):
                    models.append(asked.written[stage].result())
                digests.update(settled(model, models[-1].file))
            progress.stages.append(asked.questions.judged(stage))
    progress.float_operators = {stage_of(each.mode): each.float_operators for each in models if each.mode in CALIBRATED}
    remarks.of_float_operators(progress, models)
    for pending in asked.versions:
        progress.versions.update(pending.result())
    progress.peak_memory = sum(pending.result() for pending in asked.memory)
    return tuple(models), batch_fixed_by, digests


def _judge_accuracy(progress: Progress, sides: Sides, converted: Converted, place: Place, limited: bool) -> None:
    """Before and after, on the user's labelled samples where there are any."""
    if not converted.samples.classes:
        return
    with progress.stage("accuracy"):
        exported = converted.exported
        samples = len(converted.samples.labels)
        accuracy = Accuracy(place.work, converted.samples, exported.outputs[0])
        accuracy.ask(exported.reference, samples, sides.pytorch)
        for stage, file in converted.files(place.model).items():
            accuracy.ask(stage, number_asked(stage, samples, exported.multiply_adds), sides.tensorflow, file)
        progress.accuracy = accuracy.figures(limited)
    remarks.of_accuracy(progress)


def _refuse_drift(progress: Progress, sides: Sides, converted: Converted, place: Place,
                  max_accuracy_drop: Optional[float]) -> None:
    drift = first_drift(progress.stages) or dropped(progress.accuracy, max_accuracy_drop)
    if drift is not None:
        drift = located(drift, progress.stages, progress.probes, sides, converted.files(place.model),
                        place.work / CALIBRATION)
        raise parity_failed(drift)
