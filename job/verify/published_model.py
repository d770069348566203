"""What a model's folder says of itself, for those who ask its files again."""
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Sequence, Tuple

from job.errors import ParityFailed, UsageError
from job.modes import stage_of
from job.parity.tolerance import Override, check_override
from job.report.documents import read_document
from job.settings.preprocessing import Preprocess
from job.values import TensorFacts

REFERENCE = "saved_model"
AGAIN = "convert the checkpoint again with --force: without it, what has its size is taken to be current"


class PublishedModel(NamedTuple):
    name: str
    inputs: Tuple[TensorFacts, ...]
    outputs: Tuple[TensorFacts, ...]
    files: Mapping[str, Path]  # that answers for each stage, the reference first
    any_batch: bool
    input_ranges: Mapping[str, Tuple[float, float]]  # of an input, that a calibrated file has room for
    multiply_adds: int
    tolerance: Override
    preprocess: Optional[Preprocess]
    labels: Sequence[str]
    max_accuracy_drop: Optional[float]


def read_model(folder: Path) -> PublishedModel:
    """Raises ParityFailed where a document cannot be read, or lacks what this version of the job asks of it."""
    interface, parity = (_document(folder / name) for name in ("interface.json", "parity.json"))
    try:
        return _model(folder, interface, parity)
    except (UsageError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise _unreadable("what it says of itself", "not what this version of the job writes ({!r})".format(error)) from error


def _model(folder: Path, interface: Mapping[str, Any], parity: Mapping[str, Any]) -> PublishedModel:
    entries, settings = interface["files"], parity["settings"]
    files = {stage_of(entry["mode"]): folder / file for file, entry in entries.items()}
    any_batch, = [entry["batch"]["size"] == "any" for entry in entries.values() if entry["mode"] == REFERENCE]
    return PublishedModel(
        name=folder.name,
        inputs=tuple(map(_facts, interface["inputs"])),
        outputs=tuple(map(_facts, interface["outputs"])),
        files={stage: files[stage] for stage in [REFERENCE] + sorted(set(files) - {REFERENCE})},
        any_batch=any_batch,
        input_ranges=dict(item for entry in entries.values() for item in entry.get("input_ranges", {}).items()),
        multiply_adds=parity["multiply_adds"],
        tolerance=check_override(settings["tolerance"]),
        preprocess=interface["preprocess"] and _preprocess(interface["preprocess"]),
        labels=interface["labels"] or (),
        max_accuracy_drop=settings["max_accuracy_drop"],
    )


def _preprocess(said: Mapping[str, Any]) -> Preprocess:
    return Preprocess(**{key: tuple(part) if isinstance(part, list) else part for key, part in said.items()})


def _document(file: Path) -> Mapping[str, Any]:
    try:
        return read_document(file)
    except (OSError, ValueError) as error:
        raise _unreadable(file.name, "cannot be read: {}".format(error)) from error


def _unreadable(what: str, problem: str) -> ParityFailed:
    return ParityFailed("{} {}".format(what, problem), hint=AGAIN, stage="publish")


def _facts(document: Mapping[str, Any]) -> TensorFacts:
    within = document.get("values_within")
    return TensorFacts(document["name"], document["dtype"], tuple(document["pytorch_shape"]), tuple(document["permutation"]),
                       document.get("indices_below"), within and tuple(within))
