"""The line that Kubernetes shows of a container that has ended, and what keeps it from being written."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from job.errors import ParityFailed
from job.watching import verdict

KEPT = 4096  # bytes: of a longer file Kubernetes takes so many, and half a line is no JSON


@pytest.mark.parametrize("character", ["x", "\u2026", "\n", "\"", "\\", "\x1b"])
def test_the_line_is_whole_however_long_the_message(tmp_path, character):
    file = tmp_path / "termination-log"
    file.write_text("old " * 3000)
    verdict.leave(verdict.of_error(ParityFailed("wrong: " + character * 9000, "look " + character * 9000,
                                                "tflite." + character * 9000)), file)
    text = file.read_bytes()
    assert text.endswith(b"\n") and text.count(b"\n") == 1 and len(text) <= KEPT
    said = json.loads(text.decode("ascii"))
    assert said["exit_code"] == 6 and said["message"].startswith("wrong: ") and len(text) > KEPT // 2


def test_where_there_is_none_none_is_made(tmp_path):
    verdict.leave(verdict.Verdict(0), tmp_path / "termination-log")
    assert list(tmp_path.iterdir()) == []


def fifo(folder: Path) -> Path:
    os.mkfifo(str(folder / "fifo"))
    return folder / "fifo"


def read_only(folder: Path) -> Path:
    """As nobody: to root every file can be written."""
    (folder / "log").write_text("")
    (folder / "log").chmod(0o444)
    return folder / "log"


ENDING = """
import functools, os, sys
from pathlib import Path
from job import __main__, cli
from job.watching import verdict
if os.geteuid() == 0:
    os.setuid(65534)
verdict.leave = functools.partial(verdict.leave, file=Path(sys.argv[1]))
cli.run = lambda words: verdict.Verdict(int(words[0]))
sys.exit(__main__.main(sys.argv[2:]))
"""


@pytest.mark.parametrize("code", [0, 6])
@pytest.mark.parametrize("place", [read_only, lambda folder: Path("/dev/full"), lambda folder: folder, fifo],
                         ids=["read-only", "full", "a folder", "a pipe that nobody reads"])
def test_one_that_cannot_be_written_changes_no_exit_code(tmp_path, place, code):
    file = place(tmp_path)
    done = subprocess.run([sys.executable, "-c", ENDING, str(file), str(code)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")
