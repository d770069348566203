"""Actors in processes of their own, forked by us or by a nursery: asked, isolated, and their ends told."""
import contextlib
import os
import signal
import time

import pytest

from job.errors import EnvironmentFailed, StageFailed, Stopped
from job.processes import actors, signals
from job.processes.actors import BugInActor, side_with
from job.processes.nursery import nursery
from tests.faults.processes import is_alive
from tests.waiting import wait_until

COUNTER = "tests.unit.small_actor:Counter"


@pytest.fixture
def line():
    with contextlib.closing(nursery(COUNTER)) as opened:
        yield opened


@pytest.fixture(params=["own", "nursery"])
def make(request):
    if request.param == "own":
        yield lambda: side_with(COUNTER)
    else:
        line = request.getfixturevalue("line")
        yield line.side


def test_methods_run_in_the_order_they_are_asked_for(make):
    with contextlib.closing(make()) as side:
        pending = [side.start("add", number) for number in (1, 2, 3)]
        assert [each.result() for each in reversed(pending)] == [6, 3, 1]


def test_each_actor_begins_anew(make):
    with contextlib.closing(make()) as first, contextlib.closing(make()) as second:
        assert (first.call("add", 5), second.call("add", 1), first.call("add", 1)) == (5, 1, 6)


def test_where_memory_runs_out_an_actor_goes_before_who_forked_it(make):
    def score(pid):
        with open("/proc/{}/oom_score_adj".format(pid)) as file:
            return int(file.read())

    with contextlib.closing(make()) as side:
        assert score(side.call("pid")) > score(os.getpid()) or score(os.getpid()) == 1000


def test_an_error_nobody_foresaw_comes_with_its_traceback(make):
    with contextlib.closing(make()) as side:
        with pytest.raises(BugInActor, match="ZeroDivisionError"):
            side.call("divide", 0)
        assert side.call("divide", 4) == 0.25


def test_a_death_is_an_error_that_names_the_signal(make):
    with contextlib.closing(make()) as side:
        for _ in range(2):
            with pytest.raises(StageFailed, match="Counter process was killed by SIGUSR1"):
                side.call("die")


def test_one_that_is_closed_is_no_more(make):
    side = make()
    pid = side.call("pid")
    side.start("sleep", 60)
    side.close()
    assert not is_alive(pid)


def test_what_all_need_is_prepared_once(line):
    with contextlib.closing(line.side()) as first, contextlib.closing(line.side()) as second:
        preparers = {side.call("preparer") for side in (first, second)}
        assert preparers == {line._process._pid}


def test_what_a_line_forked_off_ends_with_it(line):
    other = line.another()
    ours, theirs = line.side(), other.side()
    pids = ours.call("pid"), theirs.call("pid")
    theirs.start("sleep", 60)
    other.close()
    wait_until(lambda: not is_alive(pids[1]))
    assert is_alive(pids[0]) and ours.call("add", 1) == 1
    ours.close()


def test_what_has_ended_is_not_killed_again_when_its_line_closes(line):
    """Its number may be another process's by then, or nobody's."""
    other = line.another()
    other.side().close()
    other.close()
    for _ in range(2):
        with contextlib.closing(line.side()) as side:
            assert side.call("add", 1) == 1


def test_what_is_forked_off_holds_on_to_no_line(line):
    with contextlib.closing(line.side()) as alone:
        least = alone.call("descriptors")
    with contextlib.closing(line.another()), contextlib.closing(line.side()) as one_of_two:
        assert one_of_two.call("descriptors") == least


def test_what_a_nursery_forked_off_ends_with_it():
    opened = nursery(COUNTER)
    pid = opened.side().call("pid")
    opened.close()
    wait_until(lambda: not is_alive(pid))


def test_what_a_nursery_that_is_gone_is_asked_for(line):
    """Killed for want of memory, say: a retry may mend it."""
    side = line.side()
    asked = side.start("sleep", 60)
    os.kill(line._process._pid, signal.SIGKILL)
    with pytest.raises(StageFailed, match="was killed by SIGKILL"):
        asked.result()
    side.close()
    for wish in (line.side, line.another):
        with pytest.raises(EnvironmentFailed, match="is no more"):
            wish()


def test_no_room_for_a_process_is_told_by_a_nursery(monkeypatch):
    monkeypatch.setattr(actors, "_fork", lambda: _none_left() if os.getpid() != ours else fork())
    ours, fork = os.getpid(), os.fork
    with contextlib.closing(nursery(COUNTER)) as line:
        for _ in range(2):
            with pytest.raises(EnvironmentFailed, match="no room"):
                line.side()


def _none_left():
    raise EnvironmentFailed("no room for one more process")


def test_a_signal_while_a_child_is_forked_never_leads_it_back_here(tmp_path):
    """Sent to the whole group at that very moment: it is held back until the child has a life of its own."""
    main = os.fork()
    if main == 0:
        os.setpgrp()
        signals.install()
        actors._fork = _fork_under_fire
        try:
            side_with(COUNTER)
        except Stopped:
            (tmp_path / str(os.getpid())).touch()
            time.sleep(0.2)
        os._exit(0)
    assert os.waitpid(main, 0)[1] == 0
    assert [path.name for path in tmp_path.iterdir()] == [str(main)]


def _fork_under_fire():
    pid = os.fork()
    os.kill(0, signal.SIGTERM)
    return pid


@pytest.mark.parametrize("gone, code", [(True, 1), (False, 0)])
def test_a_child_whose_parent_died_before_it_could_say_so_ends(gone, code):
    parent = os.getpid()
    child = os.fork()
    if not child:
        signals.end_with_parent(os.getpid() if gone else parent)
        os._exit(0)
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == code
