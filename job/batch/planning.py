"""Which checkpoints a run takes, each with its settings, before anything heavy is imported or read."""
import errno
from pathlib import Path
from typing import Iterable, NamedTuple, Optional, Tuple

from job.batch.discovery import Candidate, found, named
from job.checkpoint.distributed import is_distributed, no_file
from job.checkpoint.shards import files_if_known, files_of, index_of, is_index
from job.errors import BadCheckpoint, JobError, UsageError, job_error_from_oserror
from job.settings.settings import RunSettings, Settings, of_sidecar, settings_for
from job.settings.sidecar import errors_of_sidecar, is_inside, sidecar_values

_ITSELF = 2 ** 30  # bytes that a conversion takes whatever the network
_TIMES = 12        # the size of the checkpoint, beside that


class Task(NamedTuple):
    """A checkpoint with its settings, or with what is wrong with them."""

    path: Path
    name: str
    settings: Optional[Settings]
    problem: Optional[JobError]


def planned(run: RunSettings) -> Tuple[Task, ...]:
    """Every checkpoint with its settings, whatever the run's share; nothing is read but names and sidecars."""
    if run.checkpoints:
        return tuple(_task(candidate, run, alone=True) for candidate in named(run.checkpoints, run.input_dir))
    inputs = [run.given[key] for key in ("samples", "calibration") if key in run.given]
    around = [folder for folder in inputs if is_inside(run.input_dir, folder)]
    if around:
        raise UsageError("{}: holds the checkpoints too".format(around[0]),
                         hint="name the checkpoint to convert, or keep samples in a folder of their own")
    left_out = [run.output_dir] + inputs
    tasks = [_task(candidate, run) for candidate in found(run.input_dir, left_out)]
    samples = {folder.resolve() for task in tasks if task.settings
               for folder in (task.settings.samples, task.settings.calibration) if folder}
    return tuple(task for task in tasks if samples.isdisjoint(task.path.resolve().parents))


def expected_memory(checkpoints: Iterable[Path]) -> int:
    """Bytes that a conversion of any of them is likely to take at the most, by their sizes alone: twice what networks of
    224 by 224 pixels were seen to take."""
    return _ITSELF + _TIMES * max(map(_size, checkpoints))


def _size(checkpoint: Path) -> int:
    """Bytes, with its shards; 0 of what cannot be read, and so needs no memory."""
    try:
        return sum(path.stat().st_size for path in files_of(checkpoint))
    except (OSError, JobError):
        return 0


def _task(candidate: Candidate, run: RunSettings, alone: bool = False) -> Task:
    """`alone`: nobody has looked at what lies beside it."""
    try:
        if candidate.problem:
            raise candidate.problem
        _check_file(candidate.path)
        if is_index(candidate.path):
            _check_shards(candidate)
        elif alone:
            _refuse_lone_shard(candidate.path)
        sidecar = sidecar_values(candidate.path, candidate.volume)
        with errors_of_sidecar(candidate.path, of_sidecar(run, sidecar)):
            settings = settings_for(run, sidecar)
    except JobError as error:
        return Task(candidate.path, candidate.name, None, error)
    except OSError as error:
        return Task(candidate.path, candidate.name, None, _unreadable(candidate.path, error))
    return Task(candidate.path, candidate.name, settings, None)


def _unreadable(path: Path, error: OSError) -> JobError:
    if error.errno == errno.ELOOP:
        return BadCheckpoint("{}: {}".format(path.name, error.strerror), hint="a link must lead to a file")
    return job_error_from_oserror(error, "reading {}".format(path.name))


def _check_shards(candidate: Candidate) -> None:
    """Shards are files, or links to files inside the volume; one that is not there is its reader's to tell, and so is an
    index that says nothing: it may be half written."""
    for shard in files_if_known(candidate.path)[1:]:
        if shard.is_symlink() and not is_inside(shard, candidate.volume):
            raise BadCheckpoint("{}: its shard {} is a link that leads out of the volume, or nowhere".format(
                candidate.path.name, shard.name), hint="copy the shard itself there")
        if shard.exists() and not shard.is_file():
            raise BadCheckpoint("{}: its shard {} is not a file".format(candidate.path.name, shard.name),
                                hint="copy the shard itself there")


def _refuse_lone_shard(path: Path) -> None:
    index = index_of(path)
    if index:
        raise BadCheckpoint("{} is only one shard".format(path.name),
                            hint="name the index of all of them: {}".format(index))


def _check_file(path: Path) -> None:
    if is_distributed(path):
        raise no_file(path)
    if path.is_dir():
        raise BadCheckpoint("{} is a folder, not a checkpoint".format(path.name),
                            hint="name the file in it; --input-dir=FOLDER converts all that are in a folder")
    if not path.is_file():
        raise BadCheckpoint("{} is not a file".format(path.name),
                            hint="a link must lead to a file; devices are not read")
