"""Which files of a folder are its samples: FOLDER/FILE, or FOLDER/CLASS/FILE where their classes are known.

Of more than MOST files, or as many as are asked for, that many are looked at: evenly spaced over their names, or drawn
with a seed. Links are followed while they stay inside the folder: a sidecar must not show what lies outside the volume.
"""
import functools
import hashlib
import os
from pathlib import Path
from typing import List, Optional, Sequence, Tuple, TypeVar

from job.checkpoint.digest import sha256_of_file
from job.errors import job_error_from_oserror
from job.samples.values import SampleFile, SampleFolder
from job.settings.sidecar import is_inside
from job.unread import is_unread

MOST = 256
PICTURES = (".jpeg", ".jpg", ".png")
ARRAYS = (".npy", ".npz")

Each = TypeVar("Each")


def sample_folder(folder: Path, most: int = MOST, seed: Optional[int] = None) -> SampleFolder:
    """What is in it; whether it will do is for its reader to say."""
    try:
        listed = _listed(folder)
    except OSError as error:
        raise job_error_from_oserror(error, "reading the samples in {}".format(folder.name)) from error
    files = evenly_spaced(listed.files, most) if seed is None else _drawn(listed.files, most, seed)
    return listed._replace(files=files)


def evenly_spaced(everything: Sequence[Each], count: int) -> Tuple[Each, ...]:
    """So many of a sequence, the first among them, in its order; all where it has no more."""
    size = len(everything)
    if size <= count:
        return tuple(everything)
    return tuple(everything[number * size // count] for number in range(count))


def spread(everything: Sequence[Each]) -> Tuple[Each, ...]:
    """All of them, in an order in which any first part is spread over the whole: places by their bits from the last on."""
    width = max(len(everything) - 1, 1).bit_length()
    places = sorted(range(len(everything)), key=lambda place: "{:0{}b}".format(place, width)[::-1])
    return tuple(everything[place] for place in places)


def digest_of_samples(listed: SampleFolder) -> str:
    """SHA-256 over names and contents: it changes where the answers, the accuracy or what is refused may."""
    digest = hashlib.sha256(ascii((listed.found, listed.labels, listed.problems)).encode("ascii"))
    for file in listed.files:
        try:
            content = sha256_of_file(file.path)
        except OSError as error:
            raise job_error_from_oserror(error, "reading the sample {}".format(file.name)) from error
        digest.update("{}\0{}\0".format(file.name, content).encode("utf-8"))
    return digest.hexdigest()


@functools.lru_cache(maxsize=None)
def digest_for_run(folder: Path, most: int = MOST, seed: Optional[int] = None) -> str:
    """digest_of_samples() as it was when this process or one that it was forked from first asked."""
    return digest_of_samples(sample_folder(folder, most, seed))


def _drawn(files: Sequence[SampleFile], count: int, seed: int) -> Tuple[SampleFile, ...]:
    """So many of them, in their order: the seed and its own name decide on each, so that one more file moves few others."""
    def place(file: SampleFile) -> bytes:
        return hashlib.sha256("{}\0{}".format(seed, file.name).encode("utf-8")).digest()

    drawn = set(sorted(files, key=place)[:count])
    return tuple(file for file in files if file in drawn)


def _listed(folder: Path) -> SampleFolder:
    """All that is in it."""
    good, labels, problems = [], [], []  # type: List[SampleFile], List[str], List[str]

    def add(entry: os.DirEntry, name: str, label: Optional[str]) -> None:
        problem = _problem(entry, name, folder)
        if problem:
            problems.append("{} {}".format(ascii(name)[1:-1], problem))
        else:
            good.append(SampleFile(name, Path(entry.path), label))

    for entry in _visible(folder):
        if entry.is_dir() and not _leads_away(entry, folder):
            labels.append(entry.name)
            for inner in _visible(Path(entry.path)):
                add(inner, "{}/{}".format(entry.name, inner.name), entry.name)
        else:
            add(entry, entry.name, None)
    return SampleFolder(tuple(good), len(good), tuple(labels), tuple(problems))


def _visible(folder: Path) -> List[os.DirEntry]:
    with os.scandir(str(folder)) as entries:
        visible = [entry for entry in entries if not is_unread(entry.name)]
    return sorted(visible, key=lambda entry: os.fsencode(entry.name))


def _leads_away(entry: os.DirEntry, folder: Path) -> bool:
    return entry.is_symlink() and not (is_inside(Path(entry.path), folder) and os.path.exists(entry.path))


def _problem(entry: os.DirEntry, name: str, folder: Path) -> Optional[str]:
    """Why a file cannot be a sample, as far as one sees without opening it."""
    if not _is_text(name):
        return "has a name that is not UTF-8"
    if _leads_away(entry, folder):
        return "is a link that leads nowhere inside the folder"
    if not entry.is_file():
        return "is not a file; folders are for classes, and have none inside"
    if not name.lower().endswith(PICTURES + ARRAYS):
        return "is neither a picture ({}) nor an array ({})".format(" ".join(PICTURES), " ".join(ARRAYS))
    return None


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
