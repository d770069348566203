"""Work in forked children, several at once: each gives back one value, or how it ended.

A child forked after a torch operation hangs, so the process that forks imports torch and never runs it.
"""
import os
import pickle
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, NamedTuple, Sequence, Tuple


class Died(NamedTuple):
    """In place of a child's value."""

    how: str


def results(work: Callable[[Any], Any], questions: Sequence[Any], workers: int, seconds: int) -> Iterator[Tuple[Any, Any]]:
    """(question, value or Died), in the order they are done."""
    waiting = list(reversed(questions))
    running = {}  # type: Dict[int, Any]  # process -> its question
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    question = waiting.pop()
                    running[_child(work, question, folder, seconds)] = question
                process, status = os.wait()
                yield running.pop(process), _result(folder / str(process), status)
        finally:
            for process in running:
                os.killpg(process, signal.SIGKILL)
                os.waitpid(process, 0)


def _child(work: Callable[[Any], Any], question: Any, folder: Path, seconds: int) -> int:
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        os.setpgid(0, 0)
        signal.alarm(seconds)
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


def _result(file: Path, status: int) -> Any:
    if status == 0:
        value = pickle.loads(file.read_bytes())
        file.unlink()
        return value
    if not os.WIFSIGNALED(status):
        said = file.with_suffix(".log").read_text(encoding="utf-8", errors="replace").strip()
        return Died(said.split("\n")[-1] or "ended with {}".format(os.WEXITSTATUS(status)))
    number = os.WTERMSIG(status)
    return Died("hung" if number == signal.SIGALRM else "killed by {}".format(signal.Signals(number).name))
