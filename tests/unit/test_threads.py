"""Where there is no room for a thread: told apart from whatever else ends native code."""
import contextlib
import ctypes
import errno
import faulthandler
import os
import threading

import pytest

from job.errors import EnvironmentFailed, StageFailed
from job.processes.actors import side_with
from job.processes.threads import starting
from job.publish.checksums import write_checksums


class Native:
    """An actor whose C++ throws what nobody catches."""

    def no_room(self) -> None:
        ctypes.CDLL("libstdc++.so.6")._ZSt20__throw_system_errori(11)

    def no_room_by_way_of_pytorch(self) -> None:
        raise RuntimeError(os.strerror(errno.EAGAIN))

    def another(self) -> None:
        faulthandler.disable()
        ctypes.CDLL("libstdc++.so.6")._ZSt17__throw_bad_allocv()


@pytest.fixture
def side():
    with contextlib.closing(side_with("tests.unit.test_threads:Native")) as opened:
        yield opened


@pytest.mark.parametrize("way", ["no_room", "no_room_by_way_of_pytorch"])
def test_native_code_without_room_for_a_thread_is_to_be_tried_again(side, way):
    with pytest.raises(EnvironmentFailed, match="starting a thread") as raised:
        side.call(way)
    assert "--pids-limit" in raised.value.hint


def test_whatever_else_it_dies_of_is_told_as_before(side):
    with pytest.raises(StageFailed, match="was killed by SIGABRT"):
        side.call("another")


def _none_left(self) -> None:
    raise RuntimeError("can't start new thread")


def test_python_without_room_for_a_thread_is_to_be_tried_again(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"x")
    monkeypatch.setattr(threading.Thread, "start", _none_left)
    with pytest.raises(EnvironmentFailed, match="starting a thread"), starting():
        threading.Thread().start()
    with pytest.raises(EnvironmentFailed, match="starting a thread"):
        write_checksums(tmp_path, {})
