"""A file that others read at any moment, outside of what is published: whole or not at all, and in nobody's place."""
import contextlib
import os
import uuid
from pathlib import Path
from typing import Callable

from job.errors import UsageError, job_error_from_oserror

_ENOUGH = 1 << 16  # characters of a file: to tell whose it is
_HINT = "name a file of its own, in a folder that this user may write to"
_OF_A_MODEL = ("SHA256SUMS", "run.json")


def check_place(flag: str, file: Path, is_ours: Callable[[str], bool]) -> None:
    """UsageError where the flag's file would take the place of what this job has not left there, such as a checkpoint.

    An empty file may be anybody's. `is_ours` is told what is in one that is not.
    """
    _refuse_in_model(file)
    problem = _problem(file, is_ours)
    if problem:
        raise UsageError("{}={}: {}".format(flag, file, problem), hint=_HINT)


def _problem(file: Path, is_ours: Callable[[str], bool]) -> str:
    if not os.path.lexists(str(file)):
        return ""
    if os.path.islink(str(file)) or not os.path.isfile(str(file)):
        return "it is there, and no plain file"
    try:
        with open(str(file), encoding="utf-8", errors="replace") as stream:
            text = stream.read(_ENOUGH)
    except OSError as error:
        return error.strerror
    return "" if not text or is_ours(text) else "it is there, and no earlier run has left it"


def write_whole(file: Path, text: str) -> None:
    """The file with this text in place of what was there; JobError where it cannot be written."""
    _refuse_in_model(file)
    unfinished = file.with_name(".pt2tflite-{}".format(uuid.uuid4().hex))  # in all containers the job is process 1
    try:
        with open(str(unfinished), "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(str(unfinished), str(file))
    except OSError as error:
        raise job_error_from_oserror(error, "writing {}".format(file)) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _refuse_in_model(file: Path) -> None:
    """It would no longer be what SHA256SUMS says."""
    for folder in Path(os.path.abspath(str(file))).parents:
        if all(os.path.isfile(str(folder / name)) for name in _OF_A_MODEL):
            raise UsageError("{}: it would be in the published model {}".format(file, folder), hint=_HINT)
