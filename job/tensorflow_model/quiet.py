"""Keeps TensorFlow Lite's greeting out of the job's log."""
import contextlib
import os
import sys
import tempfile
from typing import Iterator

GREETING = b"INFO: Initialized TensorFlow Lite runtime.\n"


@contextlib.contextmanager
def without_greeting() -> Iterator[None]:
    """What C++ writes to standard error inside comes out at the end, less the greeting."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            written.seek(0)
            os.write(2, written.read().replace(GREETING, b""))
