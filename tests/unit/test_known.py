"""What is known of a network: by all that it was worked out from, kept from a fork, and forgotten in time."""
import os
import pickle

import pytest

from job import known as module
from job.errors import StageFailed
from job.known import Known, Learner, Memory


def made(value):
    """What gives it, once at the most."""
    left = [value]
    return left.pop


def not_to_be_made():
    raise AssertionError("it is known")


def told(*parts, value="it"):
    first = Known({})
    assert first.value(parts, made(value)) == value
    return first.news()


def test_what_was_told_is_not_made_again():
    assert Known(told(b"graph", b"flags")).value((b"graph", b"flags"), not_to_be_made) == "it"
    assert Known(told(b"none", value=None)).value((b"none",), not_to_be_made) is None


@pytest.mark.parametrize("parts", [(b"graphf", b"lags"), (b"graph",), (b"flags", b"graph"), (b"graph", b"flags", b"")])
def test_whatever_it_is_made_from_counts(parts):
    known = Known(told(b"graph", b"flags"))
    assert known.value(parts, made("other")) == "other"
    assert len(known.news()) == 1


def test_nothing_is_kept_where_nobody_asks_or_nobody_can_tell():
    known = Known()
    assert [known.value((b"x",), made(number)) for number in (1, 2)] == [1, 2] and not known.news()
    known = Known({})
    assert [known.value(None, made(number)) for number in (1, 2)] == [1, 2] and not known.news()


def test_what_a_fork_works_out_outlives_it():
    known = Known({})
    child = os.fork()
    if child == 0:
        known.value((b"x",), made("of the child"))
        os._exit(0)
    os.waitpid(child, 0)
    assert Known(known.news()).value((b"x",), not_to_be_made) == "of the child"


@pytest.mark.parametrize("part", [0.01, 0.5, 0.99])
def test_half_a_record_of_one_that_was_killed_is_nothing(part):
    known = Known({})
    known.value((b"whole",), made(1))
    record = pickle.dumps(("key", b"value" * 100))
    known._news.write(record[:int(len(record) * part)])
    assert known.news() == told(b"whole", value=1)


def test_a_full_temporary_folder_is_no_error():
    known = Known({})
    known._news = open("/dev/full", "r+b")
    assert known.value((b"x",), made(1)) == 1


class Side(Learner):
    """As the sides are asked, without a process."""

    def __init__(self, name, dead=False):
        self.name, self.dead = name, dead

    def start(self, method, *arguments):
        return getattr(self, method)(*arguments)

    def call(self, method):
        if self.dead:
            raise StageFailed("it is gone")
        return getattr(self, method)()


def asked(memory, side, *parts):
    """Whether it has to work that out."""
    worked_out = []
    with memory.shared_with([side]):
        side.known.value(parts, lambda: worked_out.append(1))
    return bool(worked_out)


def test_a_memory_goes_from_one_side_to_the_next_of_its_kind():
    memory = Memory()
    assert asked(memory, Side("pytorch"), b"x")
    assert not asked(memory, Side("pytorch"), b"x")
    assert asked(memory, Side("tensorflow"), b"x")


def test_what_did_not_go_well_is_not_kept():
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        side = Side("pytorch")
        with memory.shared_with([side]):
            side.known.value((b"x",), made(1))
            raise ZeroDivisionError()
    assert asked(memory, Side("pytorch", dead=True), b"x")
    assert asked(memory, Side("pytorch"), b"x")


def test_the_oldest_is_forgotten(monkeypatch):
    memory = Memory()
    one, = told(b"0", value=None).values()
    monkeypatch.setattr(module, "_MOST", 3 * len(one))
    for number in range(4):
        assert asked(memory, Side("pytorch"), b"%d" % number)
    assert [asked(memory, Side("pytorch"), b"%d" % number) for number in (3, 2, 1, 0)] == [False, False, False, True]
