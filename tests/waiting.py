"""Waiting for what another process does, on a machine that may be busy with something else."""
import time
from typing import Callable

LONGEST = 120  # seconds: what has not happened by then is not going to


def wait_until(happened: Callable[[], object], longest: float = LONGEST) -> None:
    """AssertionError where it does not happen."""
    deadline = time.monotonic() + longest
    while not happened():
        assert time.monotonic() < deadline, "waited for {:g} seconds".format(longest)
        time.sleep(0.01)
