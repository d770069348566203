"""Earlier versions of a model beside the new one, numbered as TensorFlow Serving numbers them.

A server takes the highest number; to go back is to rename that folder away. What else was published with an earlier
version lies in its `assets.extra`, which servers leave alone.
"""
import os
import re
import shutil
import time
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Optional

from job.errors import EnvironmentFailed
from job.publish.checksums import listed_digests, settle_file
from job.publish.files import refusals_as_job_errors, remove
from job.watching import log

_VERSIONS = "saved_model"
_EXTRA = "assets.extra"
_DOCUMENT = "interface.json"  # one of those that are published with every version
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")  # below 2^63, as servers count
_PATIENCE = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds before each try: another job publishes in the meantime


class Kept(NamedTuple):
    """What a new version of a model finds of earlier ones."""

    number: int  # of the new version
    digests: Mapping[str, str]  # of the earlier versions' files, by name relative to the model's folder


def next_version(published: Path, keep: int) -> int:
    """The number of a new version of the model in this folder; 1 where none is to be kept."""
    return max(_numbers(published), default=0) + 1 if keep else 1


def version_folder(number: int) -> str:
    """Of a SavedModel, relative to the model's folder: TensorFlow Serving's layout."""
    return "{}/{}".format(_VERSIONS, number)


def as_version(file: str, number: int) -> str:
    """The name that a file or folder of a SavedModel has under another number; another file's is its own."""
    parts = Path(file).parts
    return "/".join((version_folder(number),) + parts[2:]) if parts[0] == _VERSIONS else file


def number_of(file: str) -> Optional[int]:
    """The version to which a file of a model's folder belongs, by its relative name; None of what lies in none."""
    parts = Path(file).parts
    return int(parts[1]) if parts[0] == _VERSIONS and len(parts) > 2 and _NUMBER.fullmatch(parts[1]) else None


def is_put_away(file: str) -> bool:
    """Whether it belongs to a version whose folder was renamed, so that no server sees it."""
    return Path(file).parts[0] == _VERSIONS and number_of(file) is None


def documents_of(published: Path) -> Path:
    """The folder with the documents of the version that servers take: the model's own, unless it was rolled back."""
    numbers = _numbers(published)
    extra = published / version_folder(numbers[-1]) / _EXTRA if numbers else published
    return extra if (extra / _DOCUMENT).is_file() else published


def is_without_newest(published: Path) -> bool:
    """Whether servers take an earlier version than the one that was published last: somebody has gone back to it."""
    listed = {number for number in map(number_of, listed_digests(published)) if number is not None}
    return len(listed) > 1 and max(listed) not in _numbers(published)


def keep_earlier(published: Path, staged: Path, keep: int) -> Kept:
    """Of the published versions the last so many become part of the staged model, which replaces it. Its own version gets
    the next number, should another job have published one meanwhile. No byte is copied where files can be linked.

    A version whose files are not those of SHA256SUMS any more is left out: the new list would vouch for them.
    """
    own = _numbers(staged)[-1]
    if not keep:
        return Kept(own, {})
    with refusals_as_job_errors("keeping versions of {}".format(published)):
        for seconds in _PATIENCE:
            time.sleep(seconds)
            try:
                own = _numbered(published, staged, own)
                return Kept(own, _kept(published, staged, own, keep))
            except (_Replaced, FileNotFoundError):
                for number in _numbers(staged):
                    if number != own:
                        remove(staged / version_folder(number))
    raise EnvironmentFailed("{}: it changes all the time".format(published),
                            hint="do other jobs publish it, or is the volume gone? run again")


class _Replaced(Exception):
    """Another job publishes the model meanwhile."""


class _Changed(Exception):
    """The file of this name is not what was published."""


def _numbered(published: Path, staged: Path, own: int) -> int:
    """The number of the new version, which its folder has now."""
    number = max(own, next_version(published, 1))
    if number != own:
        os.rename(str(staged / version_folder(own)), str(staged / version_folder(number)))
    return number


def _kept(published: Path, staged: Path, own: int, keep: int) -> Dict[str, str]:
    """`own` is the number of the new version."""
    listed, kept = listed_digests(published), {}  # type: Dict[str, str], Dict[str, str]
    numbers = [number for number in _numbers(published) if number < own]
    if own > 1 and not numbers:
        raise _Replaced  # between its two renames, where folders cannot be exchanged
    for number in numbers[-keep:]:
        try:
            kept.update(_kept_version(published, staged, _sources(listed, number, number == numbers[-1]), listed))
        except _Changed as changed:
            if listed_digests(published) != listed:
                raise _Replaced from changed
            remove(staged / version_folder(number))
            log.warning("version {} is not kept: {} is not what was published".format(number, changed), published.name)
    return kept


def _sources(listed: Mapping[str, str], number: int, newest: bool) -> Dict[str, str]:
    """Where in the new folder -> which file of the old one."""
    own = {name: name for name in listed if number_of(name) == number}
    extra = "{}/{}/".format(version_folder(number), _EXTRA)
    if newest and extra + _DOCUMENT not in own:  # after a roll-back its documents lie there already
        own.update({extra + name: name for name in listed if "/" not in name})
    return own


def _kept_version(published: Path, staged: Path, sources: Mapping[str, str], listed: Mapping[str, str]) -> Dict[str, str]:
    """The digests of what is linked, by name."""
    for target, source in sources.items():
        file = published / source
        if file.is_symlink() or not file.is_file():
            raise _Changed(source)
        _linked(file, staged / target)
        if settle_file(staged / target) != listed[source]:
            raise _Changed(source)
    return {target: listed[source] for target, source in sources.items()}


def _linked(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(str(file), str(target))
    except FileNotFoundError as gone:
        raise _Changed(file.name) from gone
    except FileExistsError:
        raise
    except OSError:  # how a volume says that it has no links is its own affair: EIO on one of rclone
        _copied(file, target)


def _copied(file: Path, target: Path) -> None:
    """Never into a file that is there: it may be a link to what is published."""
    with file.open("rb") as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy)


def _numbers(published: Path) -> List[int]:
    """Of the versions in a model's folder, the least first."""
    folder = published / _VERSIONS
    names = os.listdir(str(folder)) if folder.is_dir() else []
    return sorted(int(name) for name in names if _NUMBER.fullmatch(name) and (folder / name).is_dir())
