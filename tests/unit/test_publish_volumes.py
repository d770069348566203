"""Output volumes that are full, read-only, another user's, or without what ext4 has."""
import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from job.errors import EnvironmentFailed, NoPermission
from job.publish import place, publish_failure, publish_file, published_models, recover, staging, write_file
from tests.unit.another_user import as_nobody, root_only
from tests.unit.small_models import make, names, publish_version, version


@pytest.fixture
def volume():
    """A volume of 1 MB that every user may write to."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "out").mkdir()
    subprocess.check_call(["mount", "-t", "tmpfs", "-o", "size=1m,mode=1777", "none", str(folder / "out")])
    try:
        yield folder / "out"
    finally:
        subprocess.check_call(["umount", str(folder / "out")])
        shutil.rmtree(str(folder))


@root_only
def test_a_full_volume_while_a_model_is_made(volume):
    publish_version(volume, "one")
    with pytest.raises(EnvironmentFailed, match="No space left") as caught:
        with staging(volume, "net") as folder:
            make(folder / "model", "two")
            write_file(folder / "model" / "large", bytes(2 << 20))
    assert caught.value.hint and caught.value.exit_code == 75
    assert names(volume) == ["net"] and version(volume) == "one"


@root_only
def test_a_full_volume_while_a_model_is_published(volume):
    """The checksums are what no longer fits."""
    publish_version(volume, "one")
    for action in (lambda: publish_version(volume, "two"),
                   lambda: publish_failure(volume, "net", {"parity.json": b"{}"}),
                   lambda: publish_file(volume, "summary.json", b"{}")):
        with pytest.raises(EnvironmentFailed):
            with filled(volume):
                action()
        assert names(volume) == ["filler", "net"] or names(volume) == [".failed", "filler", "net"]
        assert version(volume) == "one"
    (volume / "filler").unlink()
    publish_version(volume, "two")
    assert version(volume) == "two"


class filled:
    """Leaves no block free on the volume; what is in it stays there."""

    def __init__(self, volume):
        self.file = volume / "filler"

    def __enter__(self):
        with self.file.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as error:
                assert error.errno == errno.ENOSPC

    def __exit__(self, *error):
        pass


@root_only
def test_a_read_only_volume(volume):
    publish_version(volume, "one")
    subprocess.check_call(["mount", "-o", "remount,ro", str(volume)])
    for action in (lambda: publish_version(volume, "two"),
                   lambda: publish_failure(volume, "net", {"parity.json": b"{}"})):
        with pytest.raises(NoPermission, match="Read-only") as caught:
            action()
        assert caught.value.exit_code == 2
        assert "--user" in caught.value.hint and "fsGroup" in caught.value.hint
    assert recover(volume) == ()
    assert version(volume) == "one"


@root_only
def test_a_volume_of_another_user(volume):
    publish_version(volume, "one")
    volume.chmod(0o755)
    error = as_nobody(lambda: publish_version(volume, "two"))
    assert isinstance(error, NoPermission)
    assert "Permission denied" in error.message and "fsGroup" in error.hint
    assert names(volume) == ["net"] and version(volume) == "one"


@root_only
def test_a_model_of_another_user_on_a_volume_for_all(volume):
    """The sticky bit lets nobody but its owner rename it: refused, and nothing is left."""
    publish_version(volume, "one")
    error = as_nobody(lambda: publish_version(volume, "two"))
    assert isinstance(error, NoPermission)
    assert names(volume) == ["net"] and version(volume) == "one"
    assert as_nobody(lambda: publish_version(volume, "two", "other")) is None
    assert version(volume, "other") == "two"


@root_only
def test_a_model_that_another_user_may_not_look_into(volume):
    """It was a bug of ours to `verify`."""
    publish_version(volume, "one")
    (volume / "net").chmod(0o700)
    assert isinstance(as_nobody(lambda: published_models(volume)), NoPermission)


@root_only
def test_the_file_systems_own_folder_is_not_looked_into(volume):
    """`verify` ended with 2 on a volume of ext4."""
    publish_version(volume, "one")
    (volume / "lost+found").mkdir(mode=0o700)
    assert as_nobody(lambda: published_models(volume)) is None
    assert [model.name for model in published_models(volume)] == ["net"]


@root_only
def test_an_output_folder_that_cannot_be_made(volume):
    volume.chmod(0o755)
    assert isinstance(as_nobody(lambda: publish_version(volume / "new", "one")), NoPermission)


@root_only
def test_what_another_user_has_left_stops_nobody(volume):
    process = os.fork()
    if not process:
        with staging(volume, "net") as folder:
            make(folder / "model", "one")
            os.kill(os.getpid(), 9)
    os.waitpid(process, 0)
    left = names(volume)
    assert len(left) == 2
    assert as_nobody(lambda: recover(volume)) is None and names(volume) == left
    recover(volume)
    assert names(volume) == []


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM])
def test_a_volume_that_cannot_exchange_folders(tmp_path, monkeypatch, number):
    monkeypatch.setattr(place, "_renameat2", lambda one, other, flags: number)
    publish_version(tmp_path, "one")
    publish_version(tmp_path, "two")
    assert names(tmp_path) == ["net"] and version(tmp_path) == "two"


@pytest.fixture
def private_umask():
    before = os.umask(0o077)
    yield
    os.umask(before)


def failing(number):
    def fails(*_):
        raise OSError(number, os.strerror(number))

    return fails


@pytest.mark.parametrize("number, kind", [
    (errno.ENOSPC, EnvironmentFailed), (errno.EDQUOT, EnvironmentFailed), (errno.EIO, EnvironmentFailed),
    (errno.ESTALE, EnvironmentFailed), (errno.EROFS, NoPermission), (errno.EACCES, NoPermission),
])
@pytest.mark.parametrize("owner, call", [(os, "fsync"), (place, "exchange"), (os, "replace")],
                         ids=["flush", "rename", "file"])
def test_a_volume_that_fails_late(tmp_path, monkeypatch, owner, call, number, kind):
    """One of the last calls of publishing fails: the old model stays, nothing else is left."""
    publish_version(tmp_path, "one")
    with monkeypatch.context() as patched, pytest.raises(kind):
        patched.setattr(owner, call, failing(number))
        publish_version(tmp_path, "two")
        publish_file(tmp_path, "net", b"")
    assert names(tmp_path) == ["net"] and version(tmp_path) == ("two" if call == "replace" else "one")


def test_a_volume_where_modes_cannot_be_set(tmp_path, monkeypatch, private_umask):
    """One that fixes modes itself refuses with EPERM and is used as it is; any other error is one."""
    monkeypatch.setattr(Path, "chmod", failing(errno.EPERM))
    publish_version(tmp_path, "one")
    assert version(tmp_path) == "one"
    monkeypatch.setattr(Path, "chmod", failing(errno.EIO))
    with pytest.raises(EnvironmentFailed):
        publish_version(tmp_path, "two")
    assert version(tmp_path) == "one"
