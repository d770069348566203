"""The bar of a batch: on a terminal, for people, and nowhere else."""
import os
import pty
import sys

from job.batch.planning import Task
from job.batch.rows import Chain, Rows
from job.values import Outcome
from job.watching import log


def _said_at_a_terminal(style, tmp_path):
    """What two rows of three say."""
    pid, terminal = pty.fork()
    if pid == 0:
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


def test_none_for_machines(tmp_path):
    said = _said_at_a_terminal("json", tmp_path)
    assert said.count("\n") == 1 and said.startswith("{") and "\x1b" not in said


def test_none_where_nobody_looks(capfd):
    log.configure("text")
    log.progress(1, 3)
    log.note("a line")
    assert capfd.readouterr().err == "a line\n"
