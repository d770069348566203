"""Published models checked again: their checksums, and every .tflite against its SavedModel."""
import json
import tempfile
from pathlib import Path
from typing import Any, Mapping, Sequence, Tuple

from job import log, modes
from job.errors import BadCheckpoint, JobError, ParityFailed
from job.parity.gate import first_drift, parity_failed
from job.parity.patterns import within
from job.parity.probes import Probe, make_probes
from job.parity.questions import Questions
from job.parity.tolerance import kind_of
from job.publish import verify_checksums
from job.sides import Sides
from job.values import Outcome, TensorFacts

REFERENCE = "saved_model"
PROBES = 4


def verify(output_dir: Path, sides: Sides) -> Tuple[Outcome, ...]:
    """One row for each published model. PyTorch is gone by now: the SavedModel, which passed, is the reference."""
    folders = sorted(folder for folder in output_dir.iterdir() if (folder / "SHA256SUMS").is_file())
    if not folders:
        raise BadCheckpoint("{} holds no published model".format(output_dir),
                            hint="name the folder that `convert` wrote to")
    return tuple(_verified(folder, sides) for folder in folders)


def _verified(folder: Path, sides: Sides) -> Outcome:
    try:
        with log.stage("checksums", folder.name):
            _check_sums(folder)
        with log.stage("parity", folder.name):
            _check_parity(folder, sides)
    except JobError as error:
        log.failure(error, folder.name)
        return Outcome(folder.name, "failed", error.exit_code, error.stage, error.message)
    return Outcome(folder.name, "current", 0, "", "")


def _check_sums(folder: Path) -> None:
    problems = verify_checksums(folder)
    if problems:
        raise ParityFailed("not what was published: " + "; ".join(problems), hint="convert the checkpoint again",
                           stage=_stage_of(problems[0]))


def _stage_of(problem: str) -> str:
    """The stage whose file the first problem is about."""
    for mode in ("float32",) + modes.NAMES:
        if ".{}.tflite".format(mode) in problem:
            return "tflite." + mode
    return REFERENCE if "saved_model" in problem else "publish"


def _check_parity(folder: Path, sides: Sides) -> None:
    document = _document(folder / "interface.json")
    inputs, outputs = (tuple(map(_facts, document[key])) for key in ("inputs", "outputs"))
    files = {_stage(entry["mode"]): folder / file for file, entry in document["files"].items()}
    any_batch, = [entry["batch"]["size"] == "any" for entry in document["files"].values() if entry["mode"] == REFERENCE]
    tolerance = _document(folder / "parity.json")["settings"]["tolerance"]
    with tempfile.TemporaryDirectory() as work, sides.at_work():
        probes = [_fitted(probe, inputs, document) for probe in make_probes(inputs, PROBES)]
        counts = {stage: 1 if kind_of(stage) in modes.CALIBRATED else PROBES for stage in files}
        questions = Questions(Path(work), probes, counts, outputs, tolerance, REFERENCE)
        sides.tensorflow.call("open_published", inputs, outputs, any_batch)
        for stage in [REFERENCE] + sorted(set(files) - {REFERENCE}):
            questions.ask(stage, sides.tensorflow, files[stage])
        drift = first_drift([questions.judged(stage) for stage in questions.stages])
    if drift is not None:
        raise parity_failed(drift)


def _fitted(probe: Probe, inputs: Sequence[TensorFacts], document: Mapping[str, Any]) -> Probe:
    """Stretched over what a calibrated file has room for, where there is such a file: its user's inputs are like that."""
    ranges = dict(item for entry in document["files"].values() for item in entry.get("input_ranges", {}).items())
    return probe._replace(inputs=tuple(
        within(array, *ranges[facts.name]) if facts.name in ranges else array
        for array, facts in zip(probe.inputs, inputs)))


def _stage(mode: str) -> str:
    return mode if mode == REFERENCE else "tflite." + mode


def _document(file: Path) -> Mapping[str, Any]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ParityFailed("{} cannot be read: {}".format(file.name, error), hint="convert the checkpoint again",
                           stage="publish") from error


def _facts(document: Mapping[str, Any]) -> TensorFacts:
    return TensorFacts(document["name"], document["dtype"], tuple(document["pytorch_shape"]),
                       tuple(document["permutation"]))
