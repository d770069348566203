"""Published files need not stay in memory."""
import contextlib
import os
from pathlib import Path

from job.publish.files import files_under


def leave_page_cache(model: Path) -> None:
    """The system may forget the files' pages, except those that a program has mapped: the next model is written into them.

    A batch would else fill the memory of its machine, and new pages cost more than those that were just in use. Where it
    cannot be done, nothing is lost.
    """
    with contextlib.suppress(OSError):  # another job may have replaced the model meanwhile
        for name in files_under(model):
            with (model / name).open("rb", buffering=0) as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
