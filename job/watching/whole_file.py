"""A file outside the output folder that others read at any moment: whole or not at all."""
import contextlib
import os
from pathlib import Path

from job.errors import job_error_from_oserror


def write_whole(file: Path, text: str) -> None:
    """The file with this text in place of what was there; JobError where it cannot be written."""
    unfinished = file.with_name(".{}.{}".format(file.name, os.getpid()))
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
