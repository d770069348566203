"""Writing, flushing and removing, with the operating system's refusals as JobErrors."""
import contextlib
import errno
import os
import shutil
import uuid
from pathlib import Path
from typing import Any, Iterator, List, Mapping

from job.errors import job_error_from_oserror
from job.report.documents import json_bytes

FOLDER_MODE = 0o755
FILE_MODE = 0o644


@contextlib.contextmanager
def refusals_as_job_errors(doing: str) -> Iterator[None]:
    """An OSError inside becomes the JobError that says what was being done: "writing /out/a"."""
    try:
        yield
    except OSError as error:
        raise job_error_from_oserror(error, doing) from error


def write_file(path: Path, content: bytes) -> None:
    """The file with this content; its folders are made."""
    with refusals_as_job_errors("writing {}".format(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """The document as a file; NaN and infinities are refused (ValueError)."""
    write_file(path, json_bytes(document))


def files_under(folder: Path) -> List[Path]:
    """Everything in the folder that is not a folder, relative to it, in bytewise order."""
    found = []
    for place, folders, files in os.walk(str(folder), onerror=_fail):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        found += [Path(place, name).relative_to(folder) for name in files + links]
    return sorted(found, key=os.fsencode)


def folders_under(folder: Path) -> List[Path]:
    """The folder and those in it, the innermost first."""
    return [Path(place) for place, _, _ in os.walk(str(folder), topdown=False, onerror=_fail)]


def set_mode(path: Path, mode: int) -> None:
    """The mode, whatever the umask; volumes that fix the modes of their files themselves keep theirs."""
    if path.stat().st_mode & 0o7777 != mode:
        with contextlib.suppress(PermissionError):
            path.chmod(mode)


def flush_folder(folder: Path) -> None:
    """Names in the folder reach the disk, where the file system can promise it."""
    descriptor = os.open(str(folder), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
            raise
    finally:
        os.close(descriptor)


def ask_again(folder: Path) -> None:
    """What this host knows of the names in the folder is as its server has them now: NFS asks when a folder is opened."""
    os.close(os.open(str(folder), os.O_RDONLY | os.O_DIRECTORY))


def remove(path: Path) -> None:
    """The file or folder is gone, or was not there."""
    with contextlib.suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(str(path))
        else:
            path.unlink()


def discard(path: Path, folder: Path) -> None:
    """As remove(); but it leaves its place in one step, for one in the folder: nobody finds it there by half."""
    doomed = folder / "discarded-{}".format(uuid.uuid4().hex[:16])
    with contextlib.suppress(FileNotFoundError):
        os.rename(str(path), str(doomed))
        remove(doomed)


def _fail(error: OSError) -> None:
    raise error
