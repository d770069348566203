"""Mutants are read in children, a batch at a time: each is refused by name or read faithfully, within bounds."""

import builtins
import codecs
import importlib
import os
import pickle
import random
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator, List, NamedTuple, Sequence

import numpy as np

from job.checkpoint import watch
from job.checkpoint.reading import Checkpoint, read_checkpoint
from job.errors import BadCheckpoint
from tests.checkpoints.fuzz.mutations import Mutant, mutant
from tests.checkpoints.fuzz.seeds import Seed

TOGETHER = 100  # mutants of one child
SECONDS = 10  # of the processor's time for one mutant
LONGEST = 120  # seconds for one that only waits
MOST_MEMORY = 300 * 1000  # kB that a child may grow by
LARGEST = 2**24  # bytes of all arrays of a mutant: the seeds are of a few kB


class Verdict(NamedTuple):
    number: int
    outcome: str  # refused, read, faithful, or WRONG, CRASH, HANG, EXECUTED, GREEDY
    reason: str
    seed: str = ""
    how: str = ""


class Executed(BaseException):
    """Something ran that only a checkpoint can have asked for."""


def drawn(number: int, seeds: Sequence[Seed]) -> "tuple":
    """The mutant of a number: a third of them are of the seeds whose weights are known."""
    draw = random.Random(number)
    known = [seed for seed in seeds if seed.arrays]
    seed = draw.choice(known if draw.random() < 1 / 3 else seeds)
    return seed, mutant(seed, seeds, draw)


def verdicts(numbers: Sequence[int], seeds: Sequence[Seed]) -> Iterator[Verdict]:
    """In order; a child that dies is followed by another for the rest."""
    left = list(numbers)
    with tempfile.TemporaryDirectory() as folder:
        while left:
            mine = left[:TOGETHER]
            read_end, write_end = os.pipe()
            process = os.fork()
            if process == 0:
                os.close(read_end)
                _live(mine, seeds, Path(folder), write_end)
            os.close(write_end)
            with os.fdopen(read_end, "rb") as stream:
                done = list(_received(stream))
            _, status = os.waitpid(process, 0)
            yield from done
            if status:
                seed, changed = drawn(mine[len(done)], seeds)
                hung = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGALRM)
                yield Verdict(
                    mine[len(done)],
                    "HANG" if hung else "CRASH",
                    "status {}".format(status),
                    seed.name,
                    changed.how,
                )
            left = left[len(done) + (1 if status else 0) :]


def _received(stream: Any) -> Iterator[Verdict]:
    while True:
        try:
            yield pickle.load(stream)
        except (EOFError, pickle.UnpicklingError):
            return


def _live(numbers: Sequence[int], seeds: Sequence[Seed], folder: Path, write_end: int) -> None:
    code = 1
    try:
        work = folder / str(os.getpid())
        (work / "here").mkdir(parents=True)
        os.chdir(str(work / "here"))
        watch.RECENT = 0
        forbid_running()
        with os.fdopen(write_end, "wb") as stream:
            for number in numbers:
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
                signal.alarm(LONGEST)
                pickle.dump(judged(number, seeds, work), stream)
                stream.flush()
        code = 0
    finally:
        os._exit(code)


def forbid_running() -> None:
    for encoding in (
        "raw-unicode-escape",
        "cp437",
        "latin-1",
        "ascii",
    ):  # which Python imports when they are needed
        codecs.lookup(encoding)

    def forbidden(*arguments: Any, **named: Any) -> None:
        raise Executed("{:.200}".format(repr(arguments)))

    for place, name in (
        (os, "system"),
        (os, "popen"),
        (os, "execv"),
        (subprocess, "Popen"),
        (builtins, "eval"),
        (builtins, "exec"),
        (builtins, "compile"),
        (importlib, "import_module"),
    ):
        setattr(place, name, forbidden)


def judged(number: int, seeds: Sequence[Seed], work: Path) -> Verdict:
    seed, changed = drawn(number, seeds)
    path = work / seed.file
    path.write_bytes(changed.data)
    for name, data in seed.beside.items():
        (work / name).write_bytes(data)
    modules, memory = set(sys.modules), _memory()
    try:
        outcome, reason = _outcome(seed, changed, path)
    except Executed as error:
        outcome, reason = "EXECUTED", str(error)
    except Exception as error:  # whatever it is, it is no refusal
        outcome, reason = "CRASH", "{}: {:.300}".format(type(error).__name__, str(error))
    if os.listdir(".") or set(sys.modules) != modules:
        outcome, reason = "EXECUTED", "{} {}".format(os.listdir("."), set(sys.modules) - modules)
    elif _memory() - memory > MOST_MEMORY:
        outcome, reason = "GREEDY", "{} kB".format(_memory() - memory)
    return Verdict(number, outcome, reason, seed.name, changed.how)


def _outcome(seed: Seed, changed: Mutant, path: Path) -> "tuple":
    try:
        checkpoint = read_checkpoint(path)
    except BadCheckpoint as error:
        allowed = changed.weight is None or "beyond float32's range" in error.message
        return "refused" if allowed and error.hint else "WRONG", error.message
    if sum(np.asarray(array).nbytes for array in checkpoint.tensors.values()) > LARGEST:
        return "GREEDY", "arrays of many bytes"
    if changed.weight is None:
        return "read", ""
    return _compared(seed, changed, checkpoint)


def _compared(seed: Seed, changed: Mutant, checkpoint: Checkpoint) -> "tuple":
    expected = dict(seed.arrays, **{changed.weight[0]: changed.weight[1]})
    wrong = [key for key, array in expected.items() if not _same(checkpoint.tensors.get(key), array)]
    if wrong or len(checkpoint.tensors) != len(expected):
        return "WRONG", "not what the file holds: {}".format(wrong)
    return "faithful", ""


def _same(found: Any, array: np.ndarray) -> bool:
    """Bit for bit, but for the payload of NaN where a type was widened."""
    if found is None or found.shape != array.shape:
        return False
    if array.dtype.kind == "f" and array.dtype != np.float32:
        return np.array_equal(np.isnan(found), np.isnan(array)) and np.array_equal(
            np.nan_to_num(found), np.nan_to_num(array.astype(np.float32))
        )
    return found.dtype == array.dtype and found.tobytes() == array.tobytes()


def _memory() -> int:
    """The child's own peak, in kB."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text()).group(1))


def failures(found: Sequence[Verdict]) -> List[Verdict]:
    return [verdict for verdict in found if verdict.outcome.isupper()]
