"""One reader for each setting of a checkpoint: what a user wrote, in a flag or a sidecar, -> the checked value.

A flag gives text; a sidecar gives text, numbers, lists or mappings. A reader raises Refused with what is
wrong and what is allowed; its caller knows where the value stood.
"""
import math
import os
import re
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Sequence, Tuple

from job import modes as quantised
from job.architectures import every as every_architecture
from job.errors import UsageError
from job.nearest import did_you_mean
from job.parity.tolerance import Override, check_override
from job.settings.yaml_values import value_from_yaml

MOST_CALIBRATION = 10000  # samples

SIZE = re.compile(r"[1-9][0-9]{0,8}$")
SEED = re.compile(r"[0-9]{1,9}$")


class Refused(Exception):
    """What is wrong with a value, and what is allowed in its place."""

    def __init__(self, problem: str, allowed: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.allowed = allowed


class ModelCode(NamedTuple):
    file: Path
    factory: str


def architecture(value: Any) -> str:
    """A name that is known; one that is refused fails each checkpoint that it is said of."""
    known = tuple(each.name for each in every_architecture())
    if value not in known:
        raise Refused("no architecture has this name",
                      did_you_mean(str(value), known) or "the command `architectures` lists them")
    return value


def mapping(value: Any, such_as: str = "{num_classes: 10}") -> Mapping[str, Any]:
    """{num_classes: 10}, as JSON, YAML or Python writes it."""
    allowed = "a mapping of names to plain values, such as {}".format(such_as)
    if isinstance(value, str):
        try:
            value = value_from_yaml(value)
        except ValueError as error:
            raise Refused("not a mapping: {}".format(error), allowed + ", in quotes for the shell") from error
    if not isinstance(value, Mapping):
        raise Refused("not a mapping", allowed)
    for key in value:
        if not isinstance(key, str):
            raise Refused("{!r} is no name".format(key), allowed)
    if not _plain(value):
        raise Refused("holds a number that is not finite", allowed)
    return dict(value)


def fixed_inputs(value: Any) -> Mapping[str, Any]:
    """Whether an input can have its value is known when the file is read."""
    return mapping(value, "{sr: 16000}")


def model_code(value: str) -> ModelCode:
    file, colon, factory = value.rpartition(":")
    allowed = "FILE.py:FACTORY or FOLDER:FACTORY, such as net.py:make_net"
    if not colon or not all(part.isidentifier() for part in factory.split(".")):
        raise Refused("names no function or class", allowed)
    path = Path(os.path.abspath(file))
    if not file or not os.path.exists(str(path)):
        raise Refused("there is no file {}".format(file), allowed)
    if path.is_dir() and not os.path.isfile(str(path / "__init__.py")):
        raise Refused("the folder {} is no package: it has no __init__.py".format(file), allowed)
    if not path.is_dir() and path.suffix != ".py":
        raise Refused("{} is not a Python file".format(file), allowed)
    if "." in (path.name if path.is_dir() else path.stem):
        raise Refused("Python imports no {} with a dot in its name".format("folder" if path.is_dir() else "file"),
                      "another name, such as {}".format(path.stem.replace(".", "_") + path.suffix))
    return ModelCode(path, factory)


def modes(value: Any) -> Tuple[str, ...]:
    """The quantised variants beside float32; () for none."""
    words = value.split(",") if isinstance(value, str) else value
    allowed = "{} or none".format(", ".join(quantised.NAMES))
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Refused("not a list of modes", allowed)
    words = [word.strip() for word in words]
    if words == ["none"] or not words:
        return ()
    for word in words:
        if word not in quantised.NAMES:
            raise Refused("{!r} is no mode".format(word), did_you_mean(word, quantised.NAMES) or allowed)
    no_repeat(words)
    return tuple(mode for mode in quantised.NAMES if mode in words)


def folder(value: Any) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise Refused("not a folder's name", "the name of a folder that exists")
    if not os.path.isdir(value):
        raise Refused("there is no such folder" if not os.path.exists(value) else "this is not a folder",
                      "the name of a folder that exists")
    return Path(value)


def labels(value: Any) -> Tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise Refused("not a list of texts", "one text per class in order; put numbers in quotes")
    return tuple(value)


def tolerance(value: Any) -> Override:
    try:
        return check_override(mapping(value, "{float: {cosine: 0.99999}}"))
    except UsageError as error:
        raise Refused(error.message, error.hint) from error


def max_accuracy_drop(value: Any) -> float:
    """A share of the samples; a flag gives text."""
    try:
        share = float("nan" if isinstance(value, bool) else value)
    except (TypeError, ValueError):
        share = float("nan")
    if not 0 <= share < 1:
        raise Refused("not a share of the samples", "a number from 0 to 1, such as 0.01 for one in a hundred")
    return share


def calibration_count(value: Any) -> int:
    if not SIZE.match(str(value)) or isinstance(value, bool) or int(value) > MOST_CALIBRATION:
        raise Refused("not a number of samples", "a whole number from 1 to {}".format(MOST_CALIBRATION))
    return int(value)


def calibration_seed(value: Any) -> int:
    if isinstance(value, bool) or not SEED.match(str(value)):
        raise Refused("not a seed", "a whole number, 0 or more, of at most 9 digits")
    return int(value)


def weights_key(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > 500 or not value.isprintable():
        raise Refused("not a path of keys", "the keys on the way with dots between them, such as ema or state_dict.model")
    return value


def no_repeat(words: Sequence[str]) -> None:
    repeated = [word for position, word in enumerate(words) if word in words[:position]]
    if repeated:
        raise Refused("{} is there twice".format(repeated[0]), "each once")


def _plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_plain(each) for each in value.values())
    if isinstance(value, list):
        return all(_plain(each) for each in value)
    return not isinstance(value, float) or math.isfinite(value)
