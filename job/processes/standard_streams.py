"""Standard input, output and error, which a caller may have closed (`>&-`, some schedulers)."""
import os
import sys

_OURS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def open_closed() -> None:
    """What is closed leads to /dev/null: else the next file opened would have its number, and hold what is said."""
    for number, (name, mode) in enumerate(_OURS):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, closefd=False))
