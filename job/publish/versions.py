"""Earlier versions of a model beside the new one, numbered as TensorFlow Serving numbers them.

A server takes the highest number; to go back is to rename that folder away. What else was published with an earlier
version lies in its `assets.extra`, which servers leave alone.
"""
import errno
import os
import shutil
from pathlib import Path
from typing import List

from job.publish.checksums import UNCHECKED
from job.publish.files import files_under, refusals_as_job_errors

_VERSIONS = "saved_model"
_EXTRA = "assets.extra"
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


def next_version(published: Path, keep: int) -> int:
    """The number of a new version of the model in this folder; 1 where none is to be kept."""
    return max(_numbers(published), default=0) + 1 if keep else 1


def keep_earlier(published: Path, staged: Path, keep: int) -> None:
    """Of the published versions the last so many become part of the staged model, which replaces it. No byte is copied
    where files can be linked."""
    if not keep:
        return
    numbers = sorted(_numbers(published))[-keep:]
    with refusals_as_job_errors("keeping versions of {}".format(published)):
        for number in numbers:
            version = Path(_VERSIONS, str(number))
            for file in files_under(published / version):
                _linked(published / version / file, staged / version / file)
        if numbers:
            _keep_beside(published, staged / _VERSIONS / str(numbers[-1]) / _EXTRA)


def _keep_beside(published: Path, extra: Path) -> None:
    for file in files_under(published):
        if len(file.parts) == 1 and file.name not in UNCHECKED:
            _linked(published / file, extra / file)


def _linked(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(str(file), str(target))
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copyfile(str(file), str(target))


def _numbers(published: Path) -> List[int]:
    folder = published / _VERSIONS
    names = os.listdir(str(folder)) if folder.is_dir() else []
    return [int(name) for name in names if name.isdigit() and not name.startswith("0")]
