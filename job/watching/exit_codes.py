"""One exit code for many checkpoints."""
from typing import Iterable

# What a retry may mend comes first: a rerun skips what is done.
PRECEDENCE = (143, 130, 75, 1, 2, 6, 5, 4, 3)


def combined(codes: Iterable[int]) -> int:
    """The first that occurred of PRECEDENCE, else 0."""
    occurred = set(codes)
    return next((code for code in PRECEDENCE if code in occurred), 0)
