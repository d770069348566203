"""One job at a time replaces a model: what it found there is still there when its own takes the place."""
import contextlib
import hashlib
import os
from pathlib import Path
from typing import Iterator

from job.publish.files import refusals_as_job_errors
from job.publish.lock import PREFIX, SUFFIX, own_lock
from job.watching import log

WAITS = "waits until another job has published a model of this name"


@contextlib.contextmanager
def turn(output_dir: Path, name: str) -> Iterator[None]:
    """Waits for other jobs of this user that publish a model of this name, as far as the volume's locks reach.

    The lock ends with its process; recover() removes the file of one that was killed.
    """
    path = output_dir / "{}turn-{}-{}{}".format(PREFIX, os.getuid(), hashlib.sha256(os.fsencode(name)).hexdigest()[:16], SUFFIX)
    with refusals_as_job_errors("writing to {}".format(output_dir)):
        lock = own_lock(path, lambda: log.note(WAITS, name))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
        lock.close()
