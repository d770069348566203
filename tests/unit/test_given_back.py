"""What was freed goes back to the system where it is much, and stays where it will soon be asked for again."""
import gc
import resource
import subprocess
import sys

import pytest

from job.processes import memory
from job.processes.actors import forked

PIECE = 1000  # bytes: smaller than what the allocator maps on its own, larger than what Python's own would hold


def _resident() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def given_back(size):
    """How many bytes are resident less, once so many were freed in pieces that one at the end pins."""
    pieces = [bytearray(PIECE) for _ in range(size // PIECE)]
    last = bytearray(PIECE)
    before = _resident()
    pieces.clear()
    memory.give_back_freed()
    after = _resident()
    del last
    return before - after


@pytest.mark.parametrize("size, gone", [(32 << 20, False), (128 << 20, True)])
def test_much_that_was_freed_goes_back(size, gone, checkout):
    """In a fresh process: one that is forked off has what this one freed."""
    code = "from tests.unit.test_given_back import given_back; print(given_back({}))".format(size)
    assert (int(subprocess.check_output([sys.executable, "-c", code], cwd=str(checkout))) > size / 2) == gone


def test_a_child_looks_for_cycles_less_often_than_we_do():
    connection, _ = forked(lambda theirs: theirs.send(gc.get_threshold()[0]))
    assert connection.recv() > 10 * gc.get_threshold()[0]


def test_what_is_there_already_makes_no_child_look_for_cycles():
    gc.disable()
    try:
        kept = [[] for _ in range(10 ** 6)]  # since the last look, as imports make them
        connection, _ = forked(lambda theirs: theirs.send((gc.get_count()[0], gc.get_threshold()[0])))
    finally:
        gc.enable()
    made, threshold = connection.recv()
    assert len(kept) - 1000 < made < threshold - 100 * 1000  # what the child lets go of counts back
