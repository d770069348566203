"""Work in forked children, several at once: each gives back one value, or how it ended.

A child forked after a torch operation hangs, so the process that forks imports torch and never runs it.
"""
import os
import pickle
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, NamedTuple, Sequence, Tuple

_BREATH = 0.02  # seconds between two looks at the children


class Died(NamedTuple):
    """In place of a child's value."""

    how: str


def results(work: Callable[[Any], Any], questions: Sequence[Any], workers: int,
            seconds: Callable[[Any], float]) -> Iterator[Tuple[Any, Any]]:
    """(question, value or Died), in the order they are done; each has so many seconds for its question."""
    waiting = list(reversed(questions))
    running = {}  # type: Dict[int, Tuple[Any, float]]  # process -> its question, and when its time is up
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    question = waiting.pop()
                    running[_child(work, question, folder)] = question, time.monotonic() + seconds(question)
                process, status = os.waitpid(-1, os.WNOHANG)
                if process:
                    yield running.pop(process)[0], _result(folder / str(process), status)
                    continue
                for late in [process for process, (_, end) in running.items() if time.monotonic() > end]:
                    _kill(late)
                    yield running.pop(late)[0], Died("hung")
                time.sleep(_BREATH)
        finally:
            for process in running:
                _kill(process)


def _child(work: Callable[[Any], Any], question: Any, folder: Path) -> int:
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        os.setpgid(0, 0)
        silence = os.open(str(folder / "{}.log".format(os.getpid())), os.O_WRONLY | os.O_CREAT)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        value = work(question)
        with (folder / str(os.getpid())).open("wb") as file:
            pickle.dump(value, file)
        code = 0
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _kill(process: int) -> None:
    """With all that it forked."""
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)


def _result(file: Path, status: int) -> Any:
    log = file.with_suffix(".log")
    said = log.read_text(encoding="utf-8", errors="replace").strip().split("\n")[-1]
    log.unlink()
    if status == 0:
        value = pickle.loads(file.read_bytes())
        file.unlink()
        return value
    if os.WIFSIGNALED(status):
        return Died("killed by {}".format(signal.Signals(os.WTERMSIG(status)).name))
    return Died(said or "ended with {}".format(os.WEXITSTATUS(status)))
