"""Networks in forked children, several at once: what breaks one process breaks no other network.

An exception inside torch 1.1's exporter can leave the process unfit, so a child ends at the first network that
does not agree. A child forked after a torch operation hangs, so this process imports torch and never runs it.
"""
import os
import pickle
import signal
import tempfile
from pathlib import Path
from typing import Dict, Iterator, List, Sequence

from tests.fuzz.judging import Question, Verdict, judged

TOGETHER = 8  # networks of one child
SECONDS = 300  # for one network: ten times what the slowest takes on a machine that is busy


def verdicts(questions: Sequence[Question], workers: int) -> Iterator[Verdict]:
    """In the order they are done."""
    waiting = list(questions)
    running = {}  # type: Dict[int, List[Question]]  # process -> its part
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    mine, waiting = waiting[:TOGETHER], waiting[TOGETHER:]
                    running[_child(mine, folder)] = mine
                process, status = os.wait()
                mine = running.pop(process)
                done = _done(folder / str(process))
                left = mine[len(done):]
                if status and left:
                    done.append(Verdict(left.pop(0).seed, "CRASH", _ending(status)))
                yield from done
                waiting = left + waiting
        finally:
            for process in running:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)


def _child(questions: Sequence[Question], folder: Path) -> int:
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        own = folder / "{}.models".format(os.getpid())
        own.mkdir()
        with (folder / str(os.getpid())).open("wb") as file:
            for question in questions:
                signal.alarm(SECONDS)
                verdict = judged(question, own)
                pickle.dump(verdict, file)
                file.flush()
                if verdict.outcome not in ("agrees", "absent"):
                    break
        code = 0
    finally:
        os._exit(code)


def _done(file: Path) -> List[Verdict]:
    found = []
    with file.open("rb") as stream:
        while True:
            try:
                found.append(pickle.load(stream))
            except EOFError:
                return found


def _ending(status: int) -> str:
    if not os.WIFSIGNALED(status):
        return "ended with {}".format(os.WEXITSTATUS(status))
    number = os.WTERMSIG(status)
    return "hung" if number == signal.SIGALRM else "killed by {}".format(signal.Signals(number).name)
