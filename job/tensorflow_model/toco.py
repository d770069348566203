"""Runs toco in a fork of this process, so that its death is an error and not ours."""
import os
import signal
import tempfile
from pathlib import Path
from typing import BinaryIO, Callable

from tensorflow.lite.python.wrap_toco import wrapped_toco_convert

from job.errors import StageFailed


class TocoRun:
    """One conversion under way in a process of its own."""

    def __init__(self, stage: str, process: int, file: Path, log: BinaryIO) -> None:
        self._stage, self._process, self._file, self._log = stage, process, file, log

    def finish(self) -> None:
        """Waits for the file. Raises StageFailed, with toco's last words, where there is none."""
        _, status = os.waitpid(self._process, 0)
        with self._log:
            if status:
                raise StageFailed("toco {}: {}".format(_ending(status), self._last_words()),
                                  hint="the operator it names may not exist in TensorFlow Lite 1.14 in this form",
                                  stage=self._stage)

    def _last_words(self) -> str:
        self._log.seek(0)
        text = self._log.read().decode("utf-8", "replace")
        return text


def start_toco(stage: str, model_flags: bytes, toco_flags: bytes, graph: Callable[[], bytes], file: Path) -> TocoRun:
    """Forks; the child makes the graph's bytes, converts them and writes the file."""
    log = tempfile.TemporaryFile(dir=str(file.parent))
    process = os.fork()
    if process == 0:
        _convert_and_exit(model_flags, toco_flags, graph, file, log.fileno())
    return TocoRun(stage, process, file, log)


def _convert_and_exit(model_flags, toco_flags, graph, file, log: int) -> None:
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(log, 1)
        os.dup2(log, 2)
        file.write_bytes(wrapped_toco_convert(model_flags, toco_flags, graph()))
        code = 0
    except Exception as error:
        os.write(2, "{}\n".format(error).encode("utf-8", "replace"))
    finally:
        os._exit(code)


def _ending(status: int) -> str:
    if os.WIFSIGNALED(status):
        return "was killed by signal {}".format(os.WTERMSIG(status))
    return "failed"
