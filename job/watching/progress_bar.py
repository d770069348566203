"""A bar on a terminal that says how many checkpoints are done."""
import sys

CLEAR = "\r\x1b[K"  # back to the start of the line, and what stands there is gone
_WIDTH = 30


def on_terminal() -> bool:
    return sys.stderr.isatty()


def show(done: int, total: int) -> None:
    """Until the next line of the log takes its place; gone with the last checkpoint, and nothing where nobody looks."""
    if on_terminal() and total > 1:
        filled = _WIDTH * done // total
        bar = "[{}{}] {} of {}".format("#" * filled, "." * (_WIDTH - filled), done, total) if done < total else ""
        sys.stderr.write(CLEAR + bar)
        sys.stderr.flush()
