"""Volumes whose locks tell nothing of other hosts: none at all, or locks that a host keeps to itself."""
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from job.publish import lock, owner, recover, staging
from job.publish import volume as volume_kinds
from tests.unit.small_models import make, names, publish_version, version

OF_ANOTHER_HOST = b"another-host/0/pid:[4026531836] 1 1 0:99\n"


def no_locks(*_):
    raise OSError(errno.ENOLCK, "No locks available")


def mounted_with(path, options, kind="nfs4"):
    """What mountinfo says where `path` is on such a volume."""
    line = "36 35 {} / /out rw,relatime shared:1 - {} server:/models {}\n"
    return line.format(volume_kinds.device_of(path.stat()), kind, options)


KINDS = ("fuse.sshfs", "fuse", "virtiofs", "9p")


@pytest.fixture(params=("no locks", "local_lock=all", "local_lock=flock", "nolock", "nobrl", "localflock") + KINDS)
def volume(request, tmp_path, monkeypatch):
    if request.param == "no locks":
        monkeypatch.setattr(lock.fcntl, "flock", no_locks)
    else:
        mounts = tmp_path / "mountinfo"
        kind = request.param if request.param in KINDS else "nfs4"
        mounts.write_text(mounted_with(tmp_path, "rw,vers=3,{},addr=10.0.0.1".format(request.param), kind))
        monkeypatch.setattr(volume_kinds, "_MOUNTS", str(mounts))
    return tmp_path / "out"


def left_by(volume, end):
    """The lock of a process that began to publish and came to this end; its number too."""
    told, tell = os.pipe()
    process = os.fork()
    if not process:
        with staging(volume, "net") as folder:
            make(folder / "model", "left")
            os.write(tell, b"x")
            signal.pause()
    os.read(told, 1)
    os.close(told)
    os.close(tell)
    os.kill(process, end)
    (path,) = volume.glob("*.lock")
    return path, process


def test_models_are_published_all_the_same(volume):
    publish_version(volume, "one")
    publish_version(volume, "two")
    assert names(volume) == ["net"] and version(volume) == "two"


def test_what_another_host_makes_is_left_alone_for_a_day(volume):
    path, process = left_by(volume, signal.SIGKILL)
    os.waitpid(process, 0)
    path.write_bytes(OF_ANOTHER_HOST)
    for hours, done in ((0, 0), (23, 0), (25, 1)):
        os.utime(str(path), (time.time() - hours * 3600,) * 2)
        assert len(recover(volume)) == done
    assert names(volume) == []


def test_what_a_living_process_of_this_host_makes_is_never_given_up(volume):
    path, process = left_by(volume, signal.SIGSTOP)
    os.utime(str(path), (time.time() - 25 * 3600,) * 2)
    assert recover(volume) == () and path.exists()
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def test_a_dead_process_of_this_host_is_known_to_be_dead_at_once(volume):
    _, process = left_by(volume, signal.SIGKILL)
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)  # its parent has not asked for its end yet
    assert len(recover(volume)) == 1 and names(volume) == []
    os.waitpid(process, 0)


@pytest.mark.parametrize("reached, done", [("0:99", 0), (None, 1)], ids=["mounted for itself", "the same mount"])
def test_a_dead_process_of_another_container_on_this_host(volume, request, reached, done):
    """Its locks are ours where it had the volume from the same mount, whatever the numbers of its processes."""
    path, process = left_by(volume, signal.SIGKILL)
    os.waitpid(process, 0)
    ours = owner.this_process(reached or volume_kinds.device_of(path.stat()))
    path.write_bytes(owner.written(ours._replace(system=ours.system.replace("pid:", "of-a-container:"))))
    has_locks = "no locks" not in request.node.name
    assert len(recover(volume)) == (done if has_locks else 0)


def test_a_volume_that_removes_no_file_that_is_open(volume, monkeypatch):
    """rclone's without a cache: the lock stayed, and every later run ended with that."""
    removed = os.unlink

    def refusing(path, **more):
        held = [os.readlink("/proc/self/fd/" + number) for number in os.listdir("/proc/self/fd") if
                os.path.lexists("/proc/self/fd/" + number)]
        if str(path) in held:
            raise PermissionError(errno.EPERM, "it is open")
        removed(path, **more)

    path, process = left_by(volume, signal.SIGKILL)
    os.waitpid(process, 0)
    path.write_bytes(OF_ANOTHER_HOST)
    os.utime(str(path), (time.time() - 25 * 3600,) * 2)
    monkeypatch.setattr(os, "unlink", refusing)
    monkeypatch.setattr(Path, "unlink", refusing)
    assert len(recover(volume)) == 1 and names(volume) == []
    publish_version(volume, "one")
    assert names(volume) == ["net"]


def test_a_folder_whose_lock_was_never_stored(volume):
    """s3fs had it in memory when it was killed. Nothing is told of its owner: a day later it goes."""
    path, process = left_by(volume, signal.SIGKILL)
    os.waitpid(process, 0)
    path.unlink()
    assert recover(volume) == () and path.exists()
    os.utime(str(path), (time.time() - 25 * 3600,) * 2)
    assert len(recover(volume)) == 1 and names(volume) == []


def test_the_lock_is_stored_as_soon_as_it_is_made(volume, monkeypatch):
    """Of a file that is open others may see nothing."""
    monkeypatch.setattr(lock, "_held", lambda file, _: stored.append(Path(file.name).read_bytes()))
    stored = []
    with staging(volume, "net"):
        assert stored[0] == b"" and owner.read(stored[1]).pid == os.getpid()


def test_an_owner_is_named_in_the_file_that_is_there(volume, monkeypatch):
    """Who has waited for another's lock finds the file gone: what is written to it then nobody sees."""
    volume.mkdir()
    path, held = volume / ".staging-turn.lock", lock._held

    def once_another_has_removed_it(*asked):
        monkeypatch.setattr(lock, "_held", held)
        path.unlink()
        return held(*asked)

    monkeypatch.setattr(lock, "_held", once_another_has_removed_it)
    with lock.own_lock(path):
        assert owner.read(path.read_bytes()).pid == os.getpid()


def test_a_lock_is_held_until_its_file_has_gone(tmp_path, monkeypatch):
    """Let go of before, who waited for it had a lock whose file then went: a third job removed the folder he worked in."""
    path = tmp_path / ".staging-turn.lock"
    path.touch()
    removed, others = Path.unlink, []

    def slowly(removing, **more):
        if removing != path:
            return removed(removing, **more)
        others.append(threading.Thread(target=lambda: others.append(lock.own_lock(path))))
        others[0].start()
        time.sleep(0.2)
        monkeypatch.undo()
        return removed(removing, **more)

    monkeypatch.setattr(Path, "unlink", slowly)
    recover(tmp_path)
    others[0].join(10)
    assert os.path.samestat(os.fstat(others[1].fileno()), path.stat())
    others[1].close()


@pytest.mark.parametrize("gone", [errno.ENOENT, errno.ESTALE], ids=["here", "by another host"])
def test_a_lock_may_go_while_it_is_looked_at(tmp_path, monkeypatch, gone):
    """Its job ends at that moment: the other, which has just begun, ended with 75."""
    path = tmp_path / ".staging-net-0123456789abcdef.lock"
    path.touch()

    def open_of_what_is_gone(*_):
        raise OSError(gone, os.strerror(gone))

    monkeypatch.setattr(lock, "open", open_of_what_is_gone, raising=False)
    assert recover(tmp_path) == () and path.exists()


def test_another_host_removes_a_lock_that_is_waited_for(tmp_path, monkeypatch):
    fstat, stale = os.fstat, [errno.ESTALE]

    def of_what_is_gone(file):
        if stale:
            raise OSError(stale.pop(), "Stale file handle")
        return fstat(file)

    monkeypatch.setattr(lock.os, "fstat", of_what_is_gone)
    with lock.own_lock(tmp_path / ".staging-turn.lock"):
        assert not stale


def test_who_names_his_lock_holds_none_for_a_moment_and_lives(volume):
    """A job that began just then took it for a dead one's."""
    volume.mkdir()
    path = volume / ".staging-net-0123456789abcdef.lock"
    path.write_bytes(owner.written(owner.this_process(volume_kinds.device_of(volume.stat()))))
    assert recover(volume) == () and path.exists()


def test_a_number_that_another_process_has_by_now(volume):
    path, process = left_by(volume, signal.SIGKILL)
    os.waitpid(process, 0)
    ours = owner.this_process("0:99")
    path.write_bytes(owner.written(ours._replace(started=ours.started - 1)))
    assert len(recover(volume)) == 1 and names(volume) == []


@pytest.mark.parametrize("content", [b"", b"unknown\n", OF_ANOTHER_HOST[:-1], b"\xff\x00", b"x" * 5000])
def test_of_an_owner_who_is_not_named_nothing_is_told(volume, content):
    path, process = left_by(volume, signal.SIGKILL)
    os.waitpid(process, 0)
    path.write_bytes(content)
    assert recover(volume) == () and path.exists()


def test_an_owner_is_named_where_proc_is_of_another_namespace(volume, monkeypatch):
    """Its numbers would be those of others."""
    monkeypatch.setattr(owner.os, "readlink", lambda _: "1")
    path, process = left_by(volume, signal.SIGKILL)
    os.waitpid(process, 0)
    assert path.read_bytes() == b"unknown\n" and recover(volume) == ()


def test_a_host_with_locks_believes_no_lock_of_one_without(volume, monkeypatch, tmp_path):
    """They share a volume, mounted in two ways."""
    path, process = left_by(volume, signal.SIGKILL)
    os.waitpid(process, 0)
    path.write_bytes(OF_ANOTHER_HOST)
    monkeypatch.undo()
    assert recover(volume) == () and path.exists()


@pytest.mark.parametrize("options", ["local_lock=none", "local_lock=posix", "lock", "size=1m"])
def test_locks_that_reach_other_hosts_are_believed(tmp_path, monkeypatch, options):
    (tmp_path / "mountinfo").write_text(mounted_with(tmp_path, "rw," + options))
    monkeypatch.setattr(volume_kinds, "_MOUNTS", str(tmp_path / "mountinfo"))
    path, process = left_by(tmp_path / "out", signal.SIGKILL)
    os.waitpid(process, 0)
    assert path.read_bytes() == b"" and len(recover(tmp_path / "out")) == 1


def test_options_of_other_volumes_do_not_count(tmp_path, monkeypatch):
    line = mounted_with(tmp_path, "rw,nolock").split()
    (tmp_path / "mountinfo").write_text(" ".join(line[:2] + ["0:99999"] + line[3:]) + "\n")
    monkeypatch.setattr(volume_kinds, "_MOUNTS", str(tmp_path / "mountinfo"))
    path, process = left_by(tmp_path / "out", signal.SIGKILL)
    os.waitpid(process, 0)
    assert len(recover(tmp_path / "out")) == 1


def test_a_name_of_a_process_may_hold_anything():
    held = "import sys; open('/proc/self/comm', 'w').write(') Z 1 (x'); print(flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    theirs = owner._started(process.pid)
    assert theirs >= owner.this_process("0:99").started
    process.communicate()
    assert owner._started(process.pid) is None
