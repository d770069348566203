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
from tests.faults.processes import children, is_alive
from tests.unit.small_actor import MAY_GO_ON
from tests.waiting import wait_until

COUNTER, SLOW = "tests.unit.small_actor:Counter", "tests.unit.small_actor:Slow"


@pytest.fixture
def opened():
    with contextlib.closing(nursery(COUNTER)) as it:
        yield it


@pytest.fixture(params=["own", "nursery"])
def make(request):
    if request.param == "own":
        yield lambda: side_with(COUNTER)
    else:
        yield request.getfixturevalue("opened").side


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


def test_what_all_need_is_prepared_once(opened):
    with contextlib.closing(opened.side()) as first, contextlib.closing(opened.side()) as second:
        preparers = {side.call("preparer") for side in (first, second)}
        assert preparers == {opened._process._pid}


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """A nursery that imports until it is let go on."""
    monkeypatch.setenv(MAY_GO_ON, str(tmp_path / "go on"))
    with contextlib.closing(nursery(SLOW)) as it:
        yield it


def test_nobody_waits_for_the_import_but_who_wants_an_answer(slow, tmp_path):
    with contextlib.closing(slow.side()) as side:
        pending = side.start("was_let")
        (tmp_path / "go on").touch()
        assert pending.result()


def test_what_another_process_asked_for_ends_with_it(opened):
    with contextlib.closing(opened.side()) as ours:
        (read, write), (told, tell) = os.pipe(), os.pipe()
        user = os.fork()
        if user == 0:
            theirs = opened.side()
            os.write(write, b"%d" % theirs.call("pid"))
            theirs.start("sleep", 60)
            os.read(told, 1)
            os._exit(0)
        pid = int(os.read(read, 100))
        assert pid != ours.call("pid") and is_alive(pid)
        os.write(tell, b".")
        os.waitpid(user, 0)
        wait_until(lambda: not is_alive(pid))
        assert ours.call("add", 1) == 1


def test_many_processes_ask_at_one_time(opened):
    """Each gets an actor of its own, and no other's."""
    users = [os.fork() or _user(opened, number) for number in range(8)]
    assert [os.waitpid(user, 0)[1] for user in users] == [0] * 8


def _user(opened, number):
    try:
        for _ in range(20):
            with contextlib.closing(opened.side()) as side:
                assert [side.call("add", number) for _ in range(2)] == [number, 2 * number]
        os._exit(0)
    finally:
        os._exit(1)


def test_what_has_ended_is_not_killed_again(opened):
    """Its number may be another process's by then, or nobody's."""
    side = opened.side()
    with pytest.raises(StageFailed):
        side.call("die")
    side.close()
    for _ in range(2):
        with contextlib.closing(opened.side()) as side:
            assert side.call("add", 1) == 1


def test_what_is_forked_off_holds_on_to_no_connection_of_another(opened):
    with contextlib.closing(opened.side()) as alone:
        least = alone.call("descriptors")
    with contextlib.closing(opened.side()), contextlib.closing(opened.side()) as one_of_two:
        assert one_of_two.call("descriptors") == least


def test_what_a_nursery_forked_off_ends_with_it():
    opened = nursery(COUNTER)
    pid = opened.side().call("pid")
    opened.close()
    wait_until(lambda: not is_alive(pid))


def test_what_a_nursery_that_is_gone_is_asked_for(opened):
    """Killed for want of memory, say: a retry may mend it."""
    side = opened.side()
    asked = side.start("sleep", 60)
    wait_until(lambda: children(opened._process._pid))
    os.kill(opened._process._pid, signal.SIGKILL)
    with pytest.raises(StageFailed, match="was killed by SIGKILL"):
        asked.result()
    side.close()
    with pytest.raises(EnvironmentFailed, match="is no more"):
        opened.side().call("pid")


def test_what_a_nursery_that_ends_as_it_imports_was_asked_for(slow):
    with contextlib.closing(slow.side()) as side:
        os.kill(slow._process._pid, signal.SIGKILL)
        with pytest.raises(EnvironmentFailed, match="is no more"):
            side.call("was_let")


def test_no_room_for_a_process_is_told_by_a_nursery(monkeypatch):
    monkeypatch.setattr(actors, "_fork", lambda: _none_left() if os.getpid() != ours else fork())
    ours, fork = os.getpid(), os.fork
    with contextlib.closing(nursery(COUNTER)) as opened:
        for _ in range(2):
            with contextlib.closing(opened.side()) as side, pytest.raises(EnvironmentFailed, match="no room"):
                side.call("pid")


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
