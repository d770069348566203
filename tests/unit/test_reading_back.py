"""A volume that a program serves gives back what was published, in its own time; until then no job has ended well."""
import errno
import threading

import pytest

from job.errors import EnvironmentFailed
from job.publish import published, reading_back, volume
from job.publish.files import refusals_as_job_errors
from tests.unit.small_models import names, publish_version, version

PARTS = ("net.float32.tflite", "SHA256SUMS", "run.json")


@pytest.fixture
def served(tmp_path, monkeypatch):
    """The output folder, as if a program served it."""
    monkeypatch.setattr(reading_back, "is_in_user_space", lambda _: True)
    monkeypatch.setattr(reading_back, "_LONGEST", 0.5)
    return tmp_path


@pytest.fixture
def emptied(monkeypatch):
    """Lets a file of a model be empty once it is in its place, for so many seconds; or for ever."""
    put = published.put_in_place

    def from_now_on(part, seconds=0.0):
        def put_and_empty(new, target, aside):
            put(new, target, aside)
            content = (target / part).read_bytes()
            (target / part).write_bytes(b"")
            if seconds:
                threading.Timer(seconds, (target / part).write_bytes, [content]).start()
        monkeypatch.setattr(published, "put_in_place", put_and_empty)
    return from_now_on


@pytest.mark.parametrize("part", PARTS)
def test_what_comes_late_is_waited_for(served, emptied, part, monkeypatch):
    monkeypatch.setattr(reading_back, "_LONGEST", 60)
    emptied(part, 0.3)
    publish_version(served, "one")
    assert version(served) == "one" and (served / "net" / "run.json").read_bytes() == b"{}\n"


@pytest.mark.parametrize("part", PARTS)
def test_what_never_comes_is_told_and_made_anew(served, emptied, part):
    """Without run.json it is current to no run."""
    emptied(part)
    with pytest.raises(EnvironmentFailed, match="does not give back.*" + part) as caught:
        publish_version(served, "one")
    assert caught.value.hint and not (served / "net" / "run.json").exists() and names(served) == ["net"]


def test_an_error_in_reading_is_waited_for_too(served, monkeypatch):
    answers, verify = [errno.EIO, errno.ENOENT], reading_back.verify_checksums

    def late(model):
        if answers:
            with refusals_as_job_errors("verifying"):
                raise OSError(answers.pop(), "not yet")
        return verify(model)

    monkeypatch.setattr(reading_back, "verify_checksums", late)
    publish_version(served, "one")
    assert answers == [] and version(served) == "one"


def test_a_volume_that_died_is_not_waited_for(served, monkeypatch):
    def dead(_):
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    monkeypatch.setattr(reading_back, "verify_checksums", dead)
    monkeypatch.setattr(reading_back, "_LONGEST", 3600)
    with pytest.raises(EnvironmentFailed, match="not connected"):
        publish_version(served, "one")


def test_other_volumes_are_not_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_back, "verify_checksums", None)
    publish_version(tmp_path, "one")


@pytest.mark.parametrize("kind, served", [
    ("ext4", False), ("nfs4", False), ("fuse.rclone", True), ("fuse", True), ("fuseblk", True)])
def test_kinds_of_volumes(tmp_path, monkeypatch, kind, served):
    line = "1 2 {} / / rw shared:1 master:2 - {} source rw\n".format(volume.device_of(tmp_path.stat()), kind)
    (tmp_path / "mounts").write_text(line)
    monkeypatch.setattr(volume, "_MOUNTS", str(tmp_path / "mounts"))
    assert volume.is_in_user_space(tmp_path) == served
