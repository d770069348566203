"""The checkpoints of a run: those named, or every candidate under the input folder."""
import os
from pathlib import Path
from typing import Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from job.batch.names import name_from_path, stand_in
from job.checkpoint import shards
from job.checkpoint.distributed import is_distributed, no_file
from job.checkpoint.weights_beside import weights_beside
from job.errors import BadCheckpoint, UsageError, job_error_from_oserror
from job.settings.sidecar import is_inside
from job.settings.surface import COMMANDS
from job.unread import is_unread
from job.watching import log

# In capitals too, as some systems and people write them: whoever left NET.PTH out would not say so.
SUFFIXES = (".pth", ".pt", ".bin", ".ckpt", ".tar", ".safetensors", ".npz", ".onnx", shards.SUFFIX)
_SKIPPED_FOLDERS = ("calibration", "samples")
_DEEPEST = 100  # folders below each other: no name that long can be published


class Candidate(NamedTuple):
    path: Path
    name: str  # under which it is published
    volume: Path  # nothing that the checkpoint's sidecar says may point outside
    problem: Optional[BadCheckpoint] = None  # it can be published under no name, and `name` only stands for it


def named(words: Sequence[str], input_dir: Path) -> Tuple[Candidate, ...]:
    """The checkpoints named on the command line, as seen from here or from the input folder.

    Raises UsageError where there is no such file, or a folder that is called like none, and for two of one name.
    """
    return _without_collisions([_named(word, input_dir) for word in words])


def found(input_dir: Path, left_out: Sequence[Path]) -> Tuple[Candidate, ...]:
    """Every candidate under a folder, by name; what lies in the folders ``left_out`` is not looked at.

    Raises UsageError where the folder is missing or two checkpoints have one name, BadCheckpoint where
    there is none at all.
    """
    if input_dir.is_file():
        raise UsageError("--input-dir={}: not a folder".format(input_dir),
                         hint="`convert {}` converts one file".format(input_dir))
    if not input_dir.is_dir():
        raise UsageError("--input-dir={}: there is no such folder".format(input_dir),
                         hint="mount a volume there (docker run -v ckpt:/in -v out:/out pt2tflite), name "
                              "another folder, or try `demo`, which needs none")
    skipped = frozenset(path.resolve() for path in left_out)
    try:
        paths = list(_walk(input_dir, input_dir, skipped, (input_dir.resolve(),)))
    except OSError as error:
        raise job_error_from_oserror(error, "reading {}".format(error.filename or input_dir)) from error
    if not paths:
        if is_distributed(input_dir):
            raise no_file(input_dir)
        raise BadCheckpoint("{}: no checkpoint found".format(input_dir),
                            hint="files are found by suffix: " + " ".join(SUFFIXES))
    return _without_collisions([_candidate(path, input_dir) for path in paths])


def _named(word: str, input_dir: Path) -> Candidate:
    path = Path(word)
    if not _is_there(path) and not path.is_absolute() and _is_there(input_dir / word):
        path = input_dir / word
    if not _is_there(path) or not word:
        hint = "commands come first" if word in COMMANDS else "looked for here and in {}".format(input_dir)
        raise UsageError("{}: there is no such checkpoint".format(word), hint=hint)
    if os.path.isdir(str(path)) and not word.rstrip("/").lower().endswith(SUFFIXES) and not is_distributed(path):
        raise UsageError("{}: a folder, not a checkpoint".format(word),
                         hint="--output-dir={0} writes there, --input-dir={0} converts all that are in it".format(word))
    return _candidate(path, input_dir)


def _is_there(path: Path) -> bool:
    """A link too that leads nowhere. OSError where the volume does not say."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _candidate(path: Path, input_dir: Path) -> Candidate:
    here, volume = Path(os.path.abspath(str(path))), Path(os.path.abspath(str(input_dir)))
    if volume not in here.parents:
        volume = here.parent
    relative = here.relative_to(volume)
    try:
        return Candidate(path, name_from_path(relative), volume)
    except BadCheckpoint as error:
        return Candidate(path, stand_in(relative), volume, error)


def _walk(folder: Path, volume: Path, skipped: frozenset, above: Tuple[Path, ...]) -> Iterator[Path]:
    """Depth first in the order of names; ``above`` holds the real folders on the way here, against loops."""
    names = sorted(os.listdir(str(folder)))
    parts = shards.shards_beside(folder, names) | _of_onnx_files(folder, names)
    for name in names:
        path = folder / name
        if is_unread(name) or name in parts:
            continue
        if path.is_symlink() and not (is_inside(path, volume) and path.exists()):
            log.warning("{}: this link leads nowhere inside the volume, not followed".format(
                path.relative_to(volume)))
        elif path.is_dir() and name.lower().endswith(SUFFIXES) and is_distributed(path):
            yield path  # as Lightning calls such a folder: it is refused, and how to make a file of it is told
        elif path.is_dir():
            real = path.resolve()
            if len(above) > _DEEPEST:
                log.warning("{}: folders this deep are not looked at".format(path.relative_to(volume)))
            elif name not in _SKIPPED_FOLDERS and real not in skipped and real not in above:
                _tell_if_distributed(path)
                yield from _walk(path, volume, skipped, above + (real,))
        elif name.lower().endswith(SUFFIXES):
            yield path


def _tell_if_distributed(folder: Path) -> None:
    if is_distributed(folder):
        found = no_file(folder)
        log.warning("{}, passed over; {}".format(found.message, found.hint))


def _of_onnx_files(folder: Path, names: List[str]) -> FrozenSet[str]:
    """Their weights, as far as these are called as checkpoints are; told, since somebody may have meant one."""
    found = weights_beside(folder, names, SUFFIXES)
    for name, model in sorted(found.items()):
        log.note("{}: weights of {}, no checkpoint of its own".format(name, model))
    return frozenset(found)


def _without_collisions(candidates: List[Candidate]) -> Tuple[Candidate, ...]:
    by_name = {}  # type: Dict[str, Candidate]
    for candidate in candidates:
        other = by_name.setdefault(candidate.name, candidate)
        if other is not candidate:
            raise UsageError("{} and {} would both be published as {}".format(
                other.path, candidate.path, candidate.name), hint="rename one of them, or name the one to convert")
    return tuple(by_name[name] for name in sorted(by_name))
