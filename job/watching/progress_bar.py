"""A bar on a terminal that says how many checkpoints are done."""
import os
import sys

CLEAR = "\r\x1b[K"  # back to the start of the line, and what stands there is gone
_WIDTH = 30
_USUAL = 80  # columns of a terminal that does not say how many it has


def on_terminal() -> bool:
    """Whether somebody looks, at what can take a line back."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb")


def show(done: int, total: int) -> None:
    """Until the next line of the log takes its place; gone with the last checkpoint, and nothing where nobody looks."""
    if on_terminal() and total > 1:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL
        sys.stderr.write(CLEAR + (bar(done, total, columns) if done < total else ""))
        sys.stderr.flush()


def bar(done: int, total: int, columns: int) -> str:
    """Of what there is room for, less the last column: a bar that goes on in the next line could not be taken back."""
    count = "{} of {}".format(done, total)
    width = min(_WIDTH, columns - len("[] " + count) - 1)
    if width < 1:
        return count if len(count) < columns else ""
    filled = width * done // total
    return "[{}{}] {}".format("#" * filled, "." * (width - filled), count)
