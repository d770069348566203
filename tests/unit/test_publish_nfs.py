"""Volumes of NFS, by what its client answers: other hosts remove, replace and publish, or are gone."""
import errno
import fcntl
import os
import time
from pathlib import Path

import pytest

from job.errors import EnvironmentFailed, UsageError
from job.publish import check_replaceable, lock, place, recover, staging
from job.publish import volume as volume_kinds
from tests.unit.small_models import names, publish_version, version
from tests.unit.test_publish_lock import mounted_with

STALE = OSError(errno.ESTALE, "Stale file handle")


class Client:
    """What it knows of a path is old until the folder is opened."""

    def __init__(self, monkeypatch, path):
        self.path, self.knows = path, False
        opened = os.open

        def asking(name, *flags, **more):
            if str(name) == str(path.parent):
                self.knows = True
            return opened(name, *flags, **more)

        monkeypatch.setattr(os, "open", asking)

    def answers(self, monkeypatch, owner, call, answer):
        """So does this call, while it is old."""
        plain = getattr(owner, call)

        def old(path, *more, **options):
            return answer if str(path) == str(self.path) and not self.knows else plain(path, *more, **options)

        monkeypatch.setattr(owner, call, old)


@pytest.fixture
def mounted(tmp_path, monkeypatch):
    def mounted_as(kind, options):
        (tmp_path / "mountinfo").write_text(mounted_with(tmp_path, options, kind))
        monkeypatch.setattr(volume_kinds, "_MOUNTS", str(tmp_path / "mountinfo"))
        return tmp_path / "out"

    return mounted_as


def test_whose_turn_it_is_is_asked_of_the_server(tmp_path, monkeypatch):
    """Two hosts had a turn at once, of NFS 3: the file that one had waited for was seen in its place, though it had gone."""
    path, flock = tmp_path / ".staging-turn.lock", fcntl.flock
    path.touch()
    client = Client(monkeypatch, path)

    def after_the_others_turn(file, operation):
        monkeypatch.setattr(lock.fcntl, "flock", flock)
        client.answers(monkeypatch, os, "stat", os.fstat(file.fileno()))
        path.unlink()
        flock(file, operation)

    monkeypatch.setattr(lock.fcntl, "flock", after_the_others_turn)
    with lock.own_lock(path) as held:
        client.knows = True
        assert os.path.samestat(os.fstat(held.fileno()), os.stat(str(path)))


@pytest.mark.parametrize("owner, call", [(lock.fcntl, "flock"), (lock, "_reopened")], ids=["locked", "stored"])
def test_a_lock_that_another_host_removes_is_made_anew(mounted, monkeypatch, owner, call):
    """The job ended with 75."""
    path, plain = mounted("nfs", "rw,nolock") / ".staging-turn.lock", getattr(owner, call)
    path.parent.mkdir()

    def stale(*_):
        monkeypatch.setattr(owner, call, plain)
        raise STALE

    monkeypatch.setattr(owner, call, stale)
    with lock.own_lock(path):
        assert path.exists()


def test_the_turn_of_a_host_that_is_gone_ends(mounted, monkeypatch):
    """Its lock is held, on a server of NFS 3, until it is back: every later job of that model waited for it without end."""
    path = mounted("nfs", "rw,vers=3,local_lock=none") / ".staging-turn.lock"
    path.parent.mkdir()
    monkeypatch.setattr(lock, "_LONGEST_TURN", 0.5)
    with lock.own_lock(path) as theirs, lock.own_lock(path) as ours:
        assert os.path.samestat(os.fstat(ours.fileno()), path.stat())
        assert not os.path.samestat(os.fstat(theirs.fileno()), path.stat())


@pytest.mark.parametrize("kind, options, done", [
    ("nfs", "vers=3", 1), ("nfs", "vers=3,nolock", 0), ("nfs4", "vers=4.2", 0), ("ext4", "rw", 0)])
def test_what_a_host_that_is_gone_was_making_is_given_up_after_a_day(mounted, kind, options, done):
    """Elsewhere a lock that is held is a living process's."""
    out = mounted(kind, options)
    with staging(out, "net"):
        (path,) = out.glob("*.lock")
        for hours, expected in ((23, 0), (25, done)):
            os.utime(str(path), (time.time() - hours * 3600,) * 2)
            assert len(recover(out)) == expected


def test_a_model_that_another_host_has_published_is_replaced(tmp_path, monkeypatch):
    """It was not seen, and yet in the way: "Directory not empty", as a bug."""
    publish_version(tmp_path, "one")
    monkeypatch.setattr(place, "_renameat2", lambda *_: errno.EINVAL)
    Client(monkeypatch, tmp_path / "net").answers(monkeypatch, Path, "exists", False)
    publish_version(tmp_path, "two")
    assert names(tmp_path) == ["net"] and version(tmp_path) == "two"


@pytest.mark.parametrize("ours", [True, False])
def test_what_another_host_removes_by_now_is_no_stranger_s(tmp_path, monkeypatch, ours):
    """A part of it was seen: "not published by this job", which no retry would have mended."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / ("SHA256SUMS" if ours else "thesis.txt")).touch()
    Client(monkeypatch, tmp_path / "net").answers(monkeypatch, os, "listdir", ["parity.json"])
    if ours:
        check_replaceable(tmp_path, "net")
    else:
        with pytest.raises(UsageError):
            check_replaceable(tmp_path, "net")


def test_what_another_host_has_just_taken_away_is_replaceable(tmp_path, monkeypatch):
    (tmp_path / "net").mkdir()

    def gone(_):
        raise STALE

    monkeypatch.setattr(os, "listdir", gone)
    check_replaceable(tmp_path, "net")


def test_a_name_that_others_publish_all_the_time_is_to_be_tried_again(tmp_path, monkeypatch):
    for name in ("new", "out/net"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").write_text(name)
    monkeypatch.setattr(place, "_PATIENCE", (0.0, 0.0))
    monkeypatch.setattr(place, "exchange", lambda *_: False)
    monkeypatch.setattr(place, "_move_aside", lambda *_: os.rename(str(tmp_path / "new"), str(tmp_path / "out/net")))
    with pytest.raises(EnvironmentFailed, match="other jobs publish the same name all the time: Directory not empty"):
        place.put_in_place(tmp_path / "new", tmp_path / "out/net", tmp_path / "aside")
    assert (tmp_path / "new/file").is_file() and (tmp_path / "out/net/file").read_text() == "out/net"
