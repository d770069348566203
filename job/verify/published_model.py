"""What a model's folder says of itself, for those who ask its files again."""
import json
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Tuple

from job.errors import ParityFailed
from job.modes import stage_of
from job.values import TensorFacts

REFERENCE = "saved_model"


class PublishedModel(NamedTuple):
    name: str
    inputs: Tuple[TensorFacts, ...]
    outputs: Tuple[TensorFacts, ...]
    files: Mapping[str, Path]  # that answers for each stage, the reference first
    any_batch: bool
    interface: Mapping[str, Any]  # interface.json
    parity: Mapping[str, Any]  # parity.json


def read_model(folder: Path) -> PublishedModel:
    """Raises ParityFailed where a document cannot be read."""
    interface, parity = (_document(folder / name) for name in ("interface.json", "parity.json"))
    inputs, outputs = (tuple(map(_facts, interface[key])) for key in ("inputs", "outputs"))
    files = {stage_of(entry["mode"]): folder / file for file, entry in interface["files"].items()}
    any_batch, = [entry["batch"]["size"] == "any" for entry in interface["files"].values() if entry["mode"] == REFERENCE]
    stages = [REFERENCE] + sorted(set(files) - {REFERENCE})
    return PublishedModel(folder.name, inputs, outputs, {stage: files[stage] for stage in stages}, any_batch, interface,
                          parity)


def _document(file: Path) -> Mapping[str, Any]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ParityFailed("{} cannot be read: {}".format(file.name, error), hint="convert the checkpoint again",
                           stage="publish") from error


def _facts(document: Mapping[str, Any]) -> TensorFacts:
    return TensorFacts(document["name"], document["dtype"], tuple(document["pytorch_shape"]),
                       tuple(document["permutation"]))
