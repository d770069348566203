"""Runs toco in a fork of this process, so that its death is an error and not ours."""
import faulthandler
import os
import pickle
import re
import signal
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, Callable, Iterable, NamedTuple, Optional, Sequence

from job.errors import JobError, Killed, StageFailed
from job.modes import NAMES
from job.processes import signals
from job.processes.deaths import lost_file
from job.processes.memory import give_back_freed

FAILED = 1  # exit codes of the child; from OS_ERROR on they carry an errno
JOB_ERROR = 2  # its log is the pickled error
OS_ERROR = 100
LAST_WORDS = 2000  # characters
LOG_PREFIX = re.compile(r"^[-\d]+ [:.\d]+: [IWEF] \S+\] ")
LOG_ASIDE = re.compile(r"^[-\d]+ [:.\d]+: [IW] ")

Parts = Iterable[Any]  # of a file, one after another: bytes, or arrays


class Step(NamedTuple):
    """One file: `convert` gives what is in it; `then` is called once it is written."""

    stage: str
    convert: Callable[[], Parts]
    file: Path
    then: Callable[[], None] = lambda: None

    def write(self) -> None:
        parts = self.convert()  # before the file is there: who failed is told by that
        with self.file.open("wb") as file:
            for part in parts:
                file.write(part)


class TocoRun:
    """Conversions under way in a process of their own, one after another; leaving its context early ends them.

    All that a step calls is called in that process, which holds the memory it takes, and costs its caller no time.
    """

    def __init__(self, *steps: Step) -> None:
        self._steps, self._done = steps, 0
        self._log = tempfile.TemporaryFile()  # beside the models NFS would show it, as a file of theirs
        self._news, theirs = os.pipe()
        ours = os.getpid()
        self._process = os.fork()  # type: Optional[int]
        if self._process == 0:
            _convert_and_exit(steps, self._log, theirs, ours)
        os.close(theirs)

    def finish(self, stage: str = "") -> None:
        """Waits for a step, or for all. Raises OSError if a file cannot be written, StageFailed if toco fails, and the
        JobError of a step that has one."""
        wanted = [step.stage for step in self._steps].index(stage) + 1 if stage else len(self._steps)
        while self._done < wanted:
            if not os.read(self._news, 1):
                self._end()
            self._done += 1

    def _end(self) -> None:
        """The process is gone before its work was done: says why."""
        _, status = os.waitpid(self._process, 0)
        self._process = None
        lost = lost_file("the process that makes and asks {}".format(self._steps[self._done].file.name), status)
        if lost is not None:
            raise lost
        if os.WIFSIGNALED(status):
            raise self._failure(signal.Signals(os.WTERMSIG(status)).name)
        if os.WEXITSTATUS(status) >= OS_ERROR:
            number = os.WEXITSTATUS(status) - OS_ERROR
            raise OSError(number, os.strerror(number), str(self._steps[self._done].file))
        if os.WEXITSTATUS(status) == JOB_ERROR:
            self._log.seek(0)
            raise pickle.load(self._log)
        raise self._failure("")

    def _failure(self, killed_by: str) -> StageFailed:
        self._log.seek(0)
        words = last_words(self._log.read().decode("utf-8", "replace"))
        step = self._steps[self._done]
        mode = step.stage.split(".")[-1]
        hint = ("it ran out of memory: give it more" if killed_by == "SIGKILL"
                else "this network cannot be quantised so: leave {} out of --quantize".format(mode) if mode in NAMES
                else "TensorFlow Lite 1.14 has no such operator, or not in this form: replace it")
        ending = "was killed by " + killed_by if killed_by else "failed"
        what = "the interpreter of its file" if step.file.exists() else "the quantizer" if mode in NAMES else "toco"
        kind = Killed if killed_by == "SIGKILL" else StageFailed
        return kind("{} {}: {}".format(what, ending, words or "it said nothing"), hint, step.stage)

    def end(self) -> None:
        """Whatever is under way ends."""
        if self._process is not None:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = None
        os.close(self._news)
        self._log.close()

    def __enter__(self) -> "TocoRun":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def last_words(log: str) -> str:
    """The last paragraph of what toco wrote, without its asides, times and source lines."""
    lines = [line for line in log.splitlines() if not LOG_ASIDE.match(line)]
    paragraph = "\n".join(LOG_PREFIX.sub("", line) for line in lines).strip().split("\n\n")[-1]
    return paragraph[-LAST_WORDS:]


def _convert_and_exit(steps: Sequence[Step], log: BinaryIO, news: int, parent: int) -> None:
    """The whole life of the child: it never returns into the code that forked it."""
    code = FAILED
    try:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        faulthandler.disable()
        signals.leave_to_parent()
        signals.end_with_parent(parent)
        for step in steps:
            step.write()
            give_back_freed()
            step.then()
            give_back_freed()
            os.write(news, b".")
        code = 0
    except OSError as error:
        code = OS_ERROR + (error.errno or 0)
    except JobError as error:
        log.truncate(0)
        log.seek(0)
        log.write(pickle.dumps(error))
        log.flush()
        code = JOB_ERROR
    except Exception as error:
        words = str(error) or type(error).__name__
        os.write(2, "\n\n{}\n".format(words).encode("utf-8", "replace"))
    finally:
        os._exit(code)
