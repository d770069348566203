"""One reader for each setting of a checkpoint: what a user wrote, in a flag or a sidecar, -> the checked value.

A flag gives text; a sidecar gives text, numbers, lists or mappings. A reader raises Refused with what is
wrong and what is allowed; its caller knows where the value stood.
"""
import math
import os
import re
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Sequence, Tuple

from job import modes as quantised
from job.architectures import every as every_architecture
from job.errors import UsageError
from job.parity.tolerance import Override, check_override
from job.settings.nearest import did_you_mean
from job.settings.yaml_values import value_from_yaml
from job.values import Shape, elements

INPUT_TYPES = ("float32", "int64", "int32")  # that PyTorch computes with and TensorFlow Lite takes
MOST_CALIBRATION = 10000  # samples

SIZE = re.compile(r"[1-9][0-9]{0,8}$")
SEED = re.compile(r"[0-9]{1,9}$")
_TENSOR_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]{0,99}$")


class Refused(Exception):
    """What is wrong with a value, and what is allowed in its place."""

    def __init__(self, problem: str, allowed: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.allowed = allowed


class InputShape(NamedTuple):
    name: Optional[str]  # where the user named it
    shape: Shape  # as PyTorch has it
    dtype: str = "float32"


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
            raise Refused("not a mapping: {}".format(error), allowed) from error
    if not isinstance(value, Mapping):
        raise Refused("not a mapping", allowed)
    for key in value:
        if not isinstance(key, str):
            raise Refused("{!r} is no name".format(key), allowed)
    if not _plain(value):
        raise Refused("holds a number that is not finite", allowed)
    return dict(value)


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


def input_shapes(value: Any) -> Tuple[InputShape, ...]:
    """``1,3,224,224``, ``a:1,3,8,8;b:1,4:int64``, a list of numbers, a list of such lists, or a mapping of either."""
    if isinstance(value, str):
        shapes = [_named_shape(part) for part in value.split(";")]
    elif isinstance(value, Mapping):
        shapes = [_named_shape("{}:{}".format(name, sizes)) if isinstance(sizes, str)
                  else InputShape(_tensor_name(name), _shape(sizes)) for name, sizes in value.items()]
    elif isinstance(value, list) and value and all(isinstance(each, list) for each in value):
        shapes = [InputShape(None, _shape(sizes)) for sizes in value]
    else:
        shapes = [InputShape(None, _shape(value))]
    named = [shape.name for shape in shapes if shape.name]
    if named and len(named) != len(shapes):
        raise Refused("some inputs are named and some are not", "name all or none: a:1,3,8,8;b:1,4")
    _no_repeat(named)
    return tuple(shapes)


def tensor_names(value: Any) -> Tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list) or not words:
        raise Refused("not a list of names", "names between commas, such as image_array")
    names = [_tensor_name(word.strip() if isinstance(word, str) else word) for word in words]
    _no_repeat(names)
    return tuple(names)


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
    _no_repeat(words)
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


def _named_shape(part: str) -> InputShape:
    """``name:1,4:int64``, of which name and type may be left out."""
    words = [word.strip() for word in part.split(":")]
    dtype = words.pop() if len(words) > 1 and words[-1][:1].isalpha() else "float32"
    if dtype not in INPUT_TYPES:
        raise Refused("{!r} is no type of an input".format(dtype), ", ".join(INPUT_TYPES))
    if len(words) > 2:
        raise Refused("not a shape", "NAME:SIZES:TYPE, such as ids:1,16:int64")
    name = _tensor_name(words[0]) if len(words) == 2 else None
    return InputShape(name, _shape(words[-1].split(",")), dtype)


def _shape(sizes: Any) -> Shape:
    allowed = "1 to 5 whole numbers above zero as PyTorch orders them, such as 1,3,224,224"
    if not isinstance(sizes, (list, tuple)) or not 1 <= len(sizes) <= 5:
        raise Refused("not a shape", allowed)
    words = [str(size).strip() for size in sizes]
    wrong = [word for word in words if not SIZE.match(word)]
    if wrong:
        raise Refused("{!r} is no size".format(wrong[0]), allowed)
    shape = tuple(int(word) for word in words)
    if elements(shape) >= 1 << 29:
        raise Refused("more than 2 GiB in one input", allowed)
    return shape


def _tensor_name(word: Any) -> str:
    if not isinstance(word, str) or not _TENSOR_NAME.match(word):
        raise Refused("{!r} cannot be a tensor's name".format(word),
                      "letters, digits, _ and ., a letter or digit first, at most 100")
    return word


def _no_repeat(words: Sequence[str]) -> None:
    repeated = [word for position, word in enumerate(words) if word in words[:position]]
    if repeated:
        raise Refused("{} is there twice".format(repeated[0]), "each once")


def _plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_plain(each) for each in value.values())
    if isinstance(value, list):
        return all(_plain(each) for each in value)
    return not isinstance(value, float) or math.isfinite(value)
