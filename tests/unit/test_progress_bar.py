"""The bar of a batch: on a terminal, for people, and nowhere else."""
import fcntl
import os
import pty
import struct
import sys
import termios

import pytest

from job.batch.planning import Task
from job.batch.rows import Chain, Rows
from job.values import Outcome
from job.watching import log


def _said_at_a_terminal(style, tmp_path, kind="xterm", columns=80):
    """What two rows of three say."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = kind
        fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        sys.stderr = os.fdopen(2, "w")
        log.configure(style)
        tasks = [Task(tmp_path / name, name, None, None) for name in ("a", "b", "c")]
        rows = Rows(tasks, tmp_path, Chain(None, None, None, None))
        for number in (0, 1):
            rows.add(number, Outcome(tasks[number].name, "converted", 0, "", ""))
        log.note("a line")
        os._exit(0)
    said = b""
    while True:
        try:
            said += os.read(terminal, 4096)
        except OSError:  # the other end is closed
            os.waitpid(pid, 0)
            os.close(terminal)
            return said.decode()


def test_it_grows_and_gives_way_to_lines(tmp_path):
    bars = ["[{}{}] {} of 3".format("#" * filled, "." * (30 - filled), done) for done, filled in ((1, 10), (2, 20))]
    assert _said_at_a_terminal("text", tmp_path).replace("\r\n", "\n") == "".join(
        "\r\x1b[K" + text for text in bars + ["a line\n"])


@pytest.mark.parametrize("columns, bars", [
    (0, ["[" + "#" * 10 + "." * 20 + "] 1 of 3", "[" + "#" * 20 + "." * 10 + "] 2 of 3"]),  # it does not say
    (20, ["[###.......] 1 of 3", "[######....] 2 of 3"]), (11, ["[.] 1 of 3", "[.] 2 of 3"]),
    (9, ["1 of 3", "2 of 3"]), (6, ["", ""])])
def test_it_fits_its_line(tmp_path, columns, bars):
    """Else every bar would leave its first lines behind."""
    said = _said_at_a_terminal("text", tmp_path, columns=columns)
    assert said.replace("\r\n", "\n") == "".join("\r\x1b[K" + text for text in bars + ["a line\n"])


@pytest.mark.parametrize("kind", ["dumb", ""])
def test_none_where_no_line_can_be_taken_back(tmp_path, kind):
    assert _said_at_a_terminal("text", tmp_path, kind) == "a line\r\n"


def test_none_for_machines(tmp_path):
    said = _said_at_a_terminal("json", tmp_path)
    assert said.count("\n") == 1 and said.startswith("{") and "\x1b" not in said


def test_none_where_nobody_looks(capfd):
    log.configure("text")
    log.progress(1, 3)
    log.note("a line")
    assert capfd.readouterr().err == "a line\n"
