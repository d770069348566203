"""What lies under the output folder for users to see: models, failures, the summary."""
import errno
import os
import time
from pathlib import Path
from typing import Iterable, List, Mapping, Optional

from job.errors import UsageError
from job.publish.checksums import SUMS, UNCHECKED, settle_file, write_checksums
from job.publish.files import (
    FOLDER_MODE, ask_again, flush_folder, folders_under, refusals_as_job_errors, set_mode, write_file,
)
from job.publish.place import put_in_place
from job.publish.reading_back import read_back
from job.publish.staging_folder import aside_of, forget_aside, staging
from job.unread import FILE_SYSTEMS_OWN

FAILED = ".failed"
_PATIENCE = (0.0, 0.1, 0.4)  # seconds before each next look: another host may remove by now what is still seen here


def publish(staged: Path, output_dir: Path, name: str, digests: Optional[Mapping[str, str]] = None) -> None:
    """The model folder `staged`, made in a staging folder, becomes output_dir/name; its old failure goes.

    SHA256SUMS is written here, last. `digests` may hold, by relative name, what settle_file() gave for files
    while later ones were still being made.
    """
    check_replaceable(output_dir, name)
    with refusals_as_job_errors("publishing {}".format(output_dir / name)):
        write_checksums(staged, digests or {})
        _settle(staged, [name for name in UNCHECKED if (staged / name).exists()])
        put_in_place(staged, output_dir / name, aside_of(staged, name))
        read_back(output_dir / name)
        forget_aside(staged)
    clear_failure(output_dir, name)


def published_models(output_dir: Path) -> List[Path]:
    """The folders of all models under the output folder, by name."""
    with refusals_as_job_errors("reading {}".format(output_dir)):
        return sorted(folder for folder in output_dir.iterdir() if folder.name != FILE_SYSTEMS_OWN and is_model(folder))


def published_failures(output_dir: Path) -> List[Path]:
    """The folders of all failures under the output folder, by name."""
    failed = output_dir / FAILED
    with refusals_as_job_errors("reading {}".format(failed)):
        return sorted(folder for folder in failed.iterdir() if folder.is_dir()) if failed.is_dir() else []


def is_model(folder: Path) -> bool:
    """Whether a model was published in this very folder."""
    return (folder / SUMS).is_file()


def check_replaceable(output_dir: Path, name: str) -> None:
    """UsageError where output_dir/name holds something that this job has not published."""
    target = output_dir / name
    with refusals_as_job_errors("reading {}".format(target)):
        for seconds in _PATIENCE:
            if _is_ours(target):
                return
            time.sleep(seconds)
            ask_again(output_dir)
        if _is_ours(target):
            return
    raise UsageError("{} is there and was not published by this job".format(target),
                     hint="move it away, or name another --output-dir")


def _is_ours(target: Path) -> bool:
    """Or not there, or just taken away by another job."""
    try:
        names = [] if target.is_symlink() else os.listdir(str(target))
    except NotADirectoryError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ESTALE):
            raise
        return True
    return not target.is_symlink() and (SUMS in names or not names)


def publish_failure(output_dir: Path, name: str, files: Mapping[str, bytes]) -> None:
    """The files, by relative name, become output_dir/.failed/name, in place of an older failure."""
    with staging(output_dir, name) as folder:
        report = folder / "report"
        for file, content in files.items():
            write_file(report / file, content)
        with refusals_as_job_errors("writing {}".format(output_dir / FAILED / name)):
            _settle(report, files)
            _make_failed(output_dir / FAILED)
            put_in_place(report, output_dir / FAILED / name, folder / "discarded")


def _make_failed(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError as error:
        raise UsageError("{} is there and is no folder".format(folder), hint="move it away: reports are written there") from error
    set_mode(folder, FOLDER_MODE)


def clear_failure(output_dir: Path, name: str) -> None:
    """Nothing says any more that this model failed: for one that is published, or still current."""
    failure = output_dir / FAILED / name
    if failure.exists():
        with staging(output_dir, name) as folder, refusals_as_job_errors("removing {}".format(failure)):
            os.rename(str(failure), str(folder / "discarded"))


def publish_file(output_dir: Path, name: str, content: bytes) -> None:
    """The file output_dir/name has this content, or still its old one: for summary.json."""
    with staging(output_dir, name) as folder:
        file = folder / "file" / name
        write_file(file, content)
        with refusals_as_job_errors("writing {}".format(output_dir / name)):
            settle_file(file)
            os.replace(str(file), str(output_dir / name))
            flush_folder(output_dir)


def _settle(folder: Path, files: Iterable[str]) -> None:
    """These files and all folders are readable by everyone, whatever the umask, and on disk."""
    for name in files:
        settle_file(folder / name)
    for inner in folders_under(folder):
        set_mode(inner, FOLDER_MODE)
        flush_folder(inner)
