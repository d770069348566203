"""NAME.yaml beside NAME.pth: the facts of a model, from whoever can write a checkpoint.

It is not trusted: only the keys of surface.SIDECAR_KEYS, nothing outside the volume, and only tighter
tolerances. Every error is a BadCheckpoint (3) that names file and key.
"""
import contextlib
import os
from pathlib import Path
from typing import Any, Collection, Iterator, Mapping

from job.checkpoint.shards import without_suffix
from job.errors import BadCheckpoint, UsageError, job_error_from_oserror
from job.nearest import did_you_mean
from job.parity.tolerance import check_only_tighter
from job.settings.setting_values import Refused
from job.settings.settings import READERS
from job.settings.surface import FLAGS, SIDECAR_KEYS
from job.settings.yaml_values import MOST_BYTES, value_from_yaml

_FOLDERS = ("samples", "calibration")
_OF_NETWORK = "the network's own arguments stand under arch_args;"
_NEAR_MISSES = (".yml", ".YAML", ".Yaml", ".YML", ".Yml")


def sidecar_values(checkpoint: Path, volume: Path) -> Mapping[str, Any]:
    """The checked values of a checkpoint's sidecar, {} where it has none."""
    file = _sidecar_of(checkpoint)
    _refuse_near_misses(checkpoint, file)
    if not os.path.lexists(str(file)):
        return {}
    written = _written(file, volume)
    return {key: _checked(file, key, value, volume) for key, value in written.items()}


@contextlib.contextmanager
def errors_of_sidecar(checkpoint: Path, said: Collection[str]) -> Iterator[None]:
    """A UsageError about a setting that the sidecar alone says is no wrong flag, but the checkpoint's own: BadCheckpoint."""
    try:
        yield
    except UsageError as error:
        if not set(error.about).intersection(said):
            raise
        raise BadCheckpoint("{}: {}".format(_sidecar_of(checkpoint).name, error.message), error.hint) from error


def _sidecar_of(checkpoint: Path) -> Path:
    named = without_suffix(checkpoint)
    return named.with_name(named.name + ".yaml")


def is_inside(path: Path, volume: Path) -> bool:
    """Whether a path stays in the volume after every symlink; a loop of symlinks does not."""
    try:
        inner, outer = path.resolve(), volume.resolve()
    except RuntimeError:
        return False
    return outer == inner or outer in inner.parents


def _refuse_near_misses(checkpoint: Path, file: Path) -> None:
    """Settings that nobody reads would be missed by nobody, a tighter tolerance among them."""
    for other in [file.with_suffix(suffix) for suffix in _NEAR_MISSES] + [file.with_name(checkpoint.name + ".yaml")]:
        if os.path.exists(str(other)) and not _are_one(other, file):
            raise BadCheckpoint("{}: no sidecar is called so".format(other.name),
                                hint="call it {}, or take it away".format(file.name))


def _are_one(other: Path, file: Path) -> bool:
    """On a volume that is blind to case."""
    return os.path.exists(str(file)) and os.path.samefile(str(other), str(file))


def _written(file: Path, volume: Path) -> Mapping[str, Any]:
    if not is_inside(file, volume) or not file.is_file():
        raise BadCheckpoint("{}: not a file inside the input volume".format(file.name),
                            hint="write the file itself there")
    try:
        with open(str(file), "rb") as stream:
            text = stream.read(MOST_BYTES + 1).decode("utf-8-sig")
        written = value_from_yaml(text)
    except OSError as error:
        raise job_error_from_oserror(error, "reading {}".format(file.name)) from error
    except ValueError as error:  # also UnicodeDecodeError
        raise BadCheckpoint("{}: not a settings file: {}".format(file.name, error),
                            hint="YAML, with lines such as `arch: resnet18`") from error
    if written is None:
        return {}
    if not isinstance(written, Mapping):
        raise BadCheckpoint("{}: not a mapping of settings".format(file.name), hint=_allowed_keys())
    return written


def _checked(file: Path, key: str, value: Any, volume: Path) -> Any:
    if isinstance(key, str) and key in FLAGS and key not in SIDECAR_KEYS:
        raise BadCheckpoint("{}: {}: can only be given on the command line".format(file.name, key),
                            hint="take it out, and give {}".format(FLAGS[key].spelling))
    if key not in SIDECAR_KEYS:
        hint = " ".join([did_you_mean(str(key), SIDECAR_KEYS) or _OF_NETWORK, _allowed_keys()])
        raise BadCheckpoint("{}: {}: no such setting".format(file.name, key), hint=hint)
    try:
        if key in _FOLDERS:
            return _folder(file, value, volume)
        checked = READERS[key](value)
    except Refused as refused:
        raise BadCheckpoint("{}: {}: {!r}: {}".format(file.name, key, _shown(value), refused.problem),
                            hint=refused.allowed) from refused
    if key == "tolerance":
        check_only_tighter(checked)
    return checked


def _folder(file: Path, value: Any, volume: Path) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise Refused("not a folder's name", "a folder in the input volume, as seen from {}".format(file.name))
    path = file.parent / value
    if not is_inside(path, volume):
        raise Refused("points outside the input volume", "a folder inside it")
    if is_inside(file, path):
        raise Refused("holds the checkpoint itself", "a folder beside it")
    return READERS["samples"](str(path))


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _allowed_keys() -> str:
    return "allowed are " + ", ".join(SIDECAR_KEYS)
