"""Workers as the crew leads them: how many at a time, what is tried again, and how those end that are given up."""
import os
import signal
import time
from multiprocessing.connection import wait

import pytest

from job.batch import crew
from job.batch.crew import Crew, Done, _Worker
from job.watching import log
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("signals_of_the_job")


class Ends:
    """What a crew tells of each task."""

    def __init__(self):
        self.done, self.failed = {}, {}

    def of(self, opened, tasks):
        with opened:
            opened.all_done(tasks, self.done.__setitem__, self.failed.__setitem__)
        return self


class AtWork:
    """In place of a worker that has a task."""

    def __init__(self, task):
        self.task = task


@pytest.mark.parametrize("others, most", [(1, 1), (2, 1), (3, 2), (6, 3), (7, 4)])
def test_half_as_many_go_on_where_one_was_killed(others, most):
    opened = Crew(8, None, None)
    opened._workers = {number: AtWork(number) for number in range(others + 1)}
    assert opened._is_tried_again(opened._workers[0], 0)
    assert opened._room() == most and opened._again == [0]


def test_what_was_killed_is_tried_again_when_nothing_else_is_at_work(tmp_path, monkeypatch):
    """What waits is begun before it, but one at a time now."""
    notes, noticed = tmp_path / "notes", tmp_path / "noticed"
    notes.touch()
    monkeypatch.setattr(log, "warning", lambda _: noticed.touch())

    def note(*words):
        with notes.open("a") as lines:
            lines.write(" ".join(map(str, words)) + "\n")

    def work(task):
        note("begins", task)
        if task == 0 and notes.read_text().count("begins 0") == 1:
            wait_until(lambda: "begins 1" in notes.read_text())
            os.kill(os.getpid(), signal.SIGKILL)
        wait_until(noticed.exists)
        time.sleep(0.1)
        note("ends", task)
        return Done(task, 0)

    ends = Ends().of(Crew(2, None, work), [0, 1, 2])
    assert ends.done == {0: 0, 1: 1, 2: 2} and ends.failed == {}
    lines = notes.read_text().splitlines()
    assert lines[-2:] == ["begins 0", "ends 0"] and lines.count("begins 0") == 2
    assert lines.index("begins 2") > lines.index("ends 1")


def test_the_largest_decides_how_many_there_is_room_for():
    opened = Crew(None, None, lambda task: Done(task, [300, 100, 200][task]))
    assert Ends().of(opened, [0, 1, 2]).done == {0: 0, 1: 1, 2: 2}
    assert opened._peak == 300


def test_what_takes_too_long_may_clean_up(tmp_path):
    def work(task):
        try:
            (tmp_path / "begun").touch()
            time.sleep(600)
        finally:
            (tmp_path / "cleaned up").touch()

    assert Ends().of(Crew(1, 5, work), [0]).failed[0].stage == "timeout"
    assert sorted(os.listdir(str(tmp_path))) == ["begun", "cleaned up"]


def test_what_heeds_no_signal_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(crew, "GRACE", 0.2)

    def work(task):
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))
        (tmp_path / str(os.getpid())).touch()
        time.sleep(600)

    started = time.monotonic()
    assert Ends().of(Crew(1, 5, work), [0]).failed[0].stage == "timeout"
    assert time.monotonic() - started < 60
    pid, = os.listdir(str(tmp_path))
    assert not os.path.exists("/proc/" + pid)


def test_a_worker_without_a_task_is_never_late():
    worker = _Worker(lambda task: Done(task, 0), [])
    try:
        worker.begin(3, 0.2)
        wait([worker.connection])
        assert worker.ended() == (3, Done(3, 0))
        time.sleep(0.3)
        assert not worker.is_late()
    finally:
        worker.tell_to_stop()
        worker.end(crew.GRACE)


def test_workers_hold_on_to_no_other_s_connection(tmp_path):
    def work(task):
        (tmp_path / str(task)).touch()
        wait_until(lambda: len(os.listdir(str(tmp_path))) == 4)
        return Done(len(os.listdir("/proc/self/fd")), 0)

    assert len(set(Ends().of(Crew(4, None, work), range(4)).done.values())) == 1
