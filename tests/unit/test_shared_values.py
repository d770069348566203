"""What is known of a network: by all that it was worked out from, shared by forks, worked out once, forgotten in time."""
import os
import signal
import time

import pytest

from job.processes import shared_values as module
from job.processes.shared_values import Known, shared


def made(value):
    """What gives it, once at the most."""
    left = [value]
    return left.pop


def not_to_be_made():
    raise AssertionError("it is known")


def in_fork(act):
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        finally:
            os._exit(1)
    return child


def assert_ends_well(child):
    assert os.waitpid(child, 0)[1] == 0


def write_over_end(known, data):
    os.pwrite(known._file.fileno(), data, known._kept().end)


@pytest.mark.parametrize("value", ["it", None, b"x" * 10 ** 6])
def test_what_is_known_is_not_made_again(value):
    known = shared()
    assert known.value((b"graph", b"flags"), made(value)) == value
    assert known.value((b"graph", b"flags"), not_to_be_made) == value


@pytest.mark.parametrize("parts", [(b"graphf", b"lags"), (b"graph",), (b"flags", b"graph"), (b"graph", b"flags", b"")])
def test_whatever_it_is_made_from_counts(parts):
    known = shared()
    known.value((b"graph", b"flags"), made("one"))
    assert known.value(parts, made("other")) == "other"
    assert len(known._kept().values) == 2


def test_nothing_is_kept_without_a_file_or_where_nobody_can_tell():
    for known, parts in ((Known(), (b"x",)), (shared(), None)):
        assert [known.value(parts, made(number)) for number in (1, 2)] == [1, 2]


def test_an_error_is_not_kept():
    known = shared()
    with pytest.raises(ZeroDivisionError):
        known.value((b"x",), lambda: 1 // 0)
    assert known.value((b"x",), made(1)) == 1


def test_what_a_fork_works_out_all_others_know():
    known = shared()
    assert_ends_well(in_fork(lambda: known.value((b"x",), made("of a child"))))
    assert_ends_well(in_fork(lambda: known.value((b"x",), not_to_be_made)))
    assert known.value((b"x",), not_to_be_made) == "of a child"


def slowly(begun, value, seconds):
    os.write(begun, b".")
    time.sleep(seconds)
    return value


def test_who_comes_second_waits_for_the_first():
    known, (reads, writes) = shared(), os.pipe()
    first = in_fork(lambda: known.value((b"x",), lambda: slowly(writes, "it", 0.3)))
    os.read(reads, 1)
    assert known.value((b"other",), made(1)) == 1  # of no concern to it
    assert known.value((b"x",), not_to_be_made) == "it"
    assert_ends_well(first)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_who_waits_for_one_that_ends_or_stops_works_it_out(end, monkeypatch):
    known, (reads, writes) = shared(), os.pipe()
    monkeypatch.setattr(module, "PATIENCE", 60 if end == signal.SIGKILL else 0.2)
    first = in_fork(lambda: known.value((b"x",), lambda: slowly(writes, "late", 60)))
    os.read(reads, 1)
    os.kill(first, end)
    os.waitpid(first, os.WUNTRACED)
    assert known.value((b"x",), made("of the second")) == "of the second"
    if end == signal.SIGSTOP:
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)


@pytest.mark.parametrize("part", [0.01, 0.2, 0.5, 0.99])
def test_half_a_record_of_one_that_was_killed_is_nothing(part):
    known, record = shared(), record_of(b"y", "value" * 100)
    known.value((b"x",), made(1))
    write_over_end(known, record[:int(len(record) * part)])
    assert known.value((b"x",), not_to_be_made) == 1
    assert known.value((b"y",), made(2)) == 2
    assert [known.value((name,), not_to_be_made) for name in (b"x", b"y")] == [1, 2]


def record_of(name, value):
    known = shared()
    known.value((name,), made(value))
    return os.pread(known._file.fileno(), 10 ** 6, 0)


@pytest.mark.parametrize("place", [0, 35, 45, -1])
def test_a_record_that_is_not_what_was_written_is_nothing(place):
    known, record = shared(), bytearray(record_of(b"x", "value"))
    record[place] ^= 1
    write_over_end(known, bytes(record))
    assert known.value((b"x",), made("anew")) == "anew"


def test_a_full_file_begins_anew(monkeypatch):
    monkeypatch.setattr(module, "MOST", 3 * len(record_of(b"0", 0)))
    known = shared()
    for number in range(4):
        known.value((b"%d" % number,), made(number))
    assert known.value((b"3",), not_to_be_made) == 3
    assert known.value((b"0",), made("anew")) == "anew"


def test_what_is_larger_than_all_room_is_not_kept(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2 * len(record_of(b"0", 0)))
    known = shared()
    known.value((b"0",), made(0))
    known.value((b"1",), made("1" * 1000))
    assert known.value((b"0",), not_to_be_made) == 0
    assert known.value((b"1",), made("anew")) == "anew"


def test_what_cannot_be_read_is_not_known():
    known = Known(open(os.devnull, "wb", buffering=0))
    assert [known.value((b"x",), made(number)) for number in (1, 2)] == [1, 2]


def test_a_full_or_missing_temporary_folder_is_no_error(monkeypatch):
    known = Known(open("/dev/full", "r+b", buffering=0))
    assert known.value((b"x",), made(1)) == 1

    def denied(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.tempfile, "TemporaryFile", denied)
    assert [shared().value((b"x",), made(number)) for number in (1, 2)] == [1, 2]
