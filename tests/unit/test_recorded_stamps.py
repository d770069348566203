"""A rerun records the stamps of a checkpoint that it had to read, beside whatever other jobs do to the model."""
import errno
import json
import os
import stat

import pytest

from job.checkpoint.identity import Identity
from job.errors import Stopped
from job.publish import checkpoint_of, publish, record_of, record_stamps, staging, stamps, write_json
from tests.unit.small_models import make

SHA256 = "c" * 64
FOUND = Identity(SHA256, {"net.pth": "b" * 64})


def _publish(volume, sha256=SHA256):
    with staging(volume, "net") as folder:
        make(folder / "model", "one")
        write_json(folder / "model" / "run.json", dict(
            record_of(folder / "model", sha256, "d" * 64, "version", {"net.pth": None}), seconds={"export": 1.5}))
        publish(folder / "model", volume, "net")


@pytest.fixture
def run_file(tmp_path):
    _publish(tmp_path)
    return tmp_path / "net" / "run.json"


def test_they_are_all_that_changes(run_file, tmp_path):
    before = json.loads(run_file.read_text())
    usual = os.umask(0o077)
    record_stamps(tmp_path, "net", FOUND)
    os.umask(usual)
    assert checkpoint_of(tmp_path, "net") == FOUND
    assert json.loads(run_file.read_text()) == dict(before, checkpoint_stamps={"net.pth": "b" * 64})
    assert stat.S_IMODE(run_file.stat().st_mode) == 0o644 and os.listdir(str(tmp_path)) == ["net"]


@pytest.mark.parametrize("found", [Identity("e" * 64, FOUND.stamps), Identity(SHA256, {"net.pth": None})])
def test_those_of_another_checkpoint_or_of_a_young_file_are_not_recorded(run_file, tmp_path, found):
    before = run_file.read_bytes()
    record_stamps(tmp_path, "net", found)
    assert run_file.read_bytes() == before


def test_what_another_job_publishes_meanwhile_is_left_alone(run_file, tmp_path, monkeypatch):
    def replaced(file):
        monkeypatch.undo()
        _publish(tmp_path, "f" * 64)
        stamps.settle_file(file)

    monkeypatch.setattr(stamps, "settle_file", replaced)
    record_stamps(tmp_path, "net", FOUND)
    assert checkpoint_of(tmp_path, "net") == Identity("f" * 64, {"net.pth": None})
    assert os.listdir(str(tmp_path)) == ["net"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_what_cannot_be_written_is_left_to_the_next_run(run_file, tmp_path, monkeypatch, code):
    def refused(*_, **__):
        raise OSError(code, os.strerror(code))

    before = run_file.read_bytes()
    monkeypatch.setattr(stamps, "settle_file", refused)
    record_stamps(tmp_path, "net", FOUND)
    assert run_file.read_bytes() == before and os.listdir(str(tmp_path)) == ["net"]


def test_a_signal_is_not_taken_for_that(run_file, tmp_path, monkeypatch):
    def stopped(_):
        raise Stopped("stopped by SIGTERM")

    before = run_file.read_bytes()
    monkeypatch.setattr(stamps, "settle_file", stopped)
    with pytest.raises(Stopped):
        record_stamps(tmp_path, "net", FOUND)
    assert run_file.read_bytes() == before and os.listdir(str(tmp_path)) == ["net"]


def test_a_pipe_is_not_waited_for(run_file, tmp_path):
    run_file.unlink()
    os.mkfifo(str(run_file))
    record_stamps(tmp_path, "net", FOUND)
    assert stat.S_ISFIFO(run_file.stat().st_mode)
