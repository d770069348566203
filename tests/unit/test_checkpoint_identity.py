"""While the stamps of a checkpoint's files stay the same, so do its bytes; where that is not sure they are read."""
import json
import os
import shutil

import pytest

from job import pipeline
from job.checkpoint import identity
from job.checkpoint.digest import sha256_of_file
from job.checkpoint.identity import NOT_THERE, Identity, identity_now, stamp_of, stamps_of
from job.checkpoint.shards import files_of
from job.publish import publish, record_of, staging, write_json
from tests.unit.small_models import make

LONG_AGO = 1600000000  # seconds since 1970
SIZE = 3 * 1024 * 1024


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    """Written long ago, as far as the clock here tells."""
    file = tmp_path / "net.pth"
    file.write_bytes(os.urandom(SIZE))
    _later(monkeypatch)
    return file


def _later(monkeypatch, seconds=3600.0):
    now = identity.time.time() + seconds
    monkeypatch.setattr(identity.time, "time", lambda: now)


def _with_its_times(file, change):
    """As of one who puts the time back, or copies it."""
    before = file.stat()
    change(file)
    os.utime(str(file), ns=(before.st_atime_ns, before.st_mtime_ns))


def _written_to(place):
    def write(file):
        with file.open("r+b") as stream:
            stream.seek(place)
            stream.write(b"?")
    return write


def _longer(file):
    with file.open("ab") as stream:
        stream.write(b"?")


def _copied(file):
    shutil.copy2(str(file), str(file) + ".tmp")
    os.replace(str(file) + ".tmp", str(file))


def test_what_nobody_touched_keeps_its_stamp(checkpoint):
    assert stamp_of(checkpoint) == stamp_of(checkpoint) is not None
    checkpoint.read_bytes()
    assert stamp_of(checkpoint) == stamp_of(checkpoint)


@pytest.mark.parametrize("change", [_written_to(0), _written_to(SIZE // 2), _written_to(SIZE - 1), _longer, _copied,
                                    lambda file: os.utime(str(file), (LONG_AGO, LONG_AGO))])
def test_whatever_is_done_to_the_file_its_stamp_is_another(checkpoint, change):
    before = stamp_of(checkpoint)
    _with_its_times(checkpoint, change)
    assert stamp_of(checkpoint) not in (before, None)


@pytest.mark.parametrize("place", [0, SIZE // 2, SIZE - 1])
def test_blocks_tell_where_a_volume_shows_no_change(checkpoint, monkeypatch, place):
    frozen = os.stat(str(checkpoint))
    monkeypatch.setattr(identity.os, "fstat", lambda _: frozen)
    before = stamp_of(checkpoint)
    assert stamp_of(checkpoint) == before
    checkpoint.write_bytes(os.urandom(place) + checkpoint.read_bytes()[place:])
    _written_to(place)(checkpoint)
    assert stamp_of(checkpoint) != before


def test_what_has_changed_just_now_has_none(checkpoint, monkeypatch):
    _later(monkeypatch, -3599.0)
    assert stamp_of(checkpoint) is None


def test_what_is_of_the_future_has_none(checkpoint, monkeypatch):
    _later(monkeypatch, -7200.0)  # the clock has jumped back
    assert stamp_of(checkpoint) is None


def test_what_is_not_there_has_none(tmp_path):
    assert stamp_of(tmp_path / "net.pth") is None


def test_an_empty_file_has_one(tmp_path, monkeypatch):
    (tmp_path / "net.pth").touch()
    _later(monkeypatch)
    assert stamp_of(tmp_path / "net.pth")


@pytest.fixture
def several(tmp_path, monkeypatch):
    """An index, and its shards."""
    index = tmp_path / "net.safetensors.index.json"
    shards = [tmp_path / "net-{}-of-2.safetensors".format(number) for number in (1, 2)]
    index.write_text(json.dumps({"weight_map": {shard.stem: shard.name for shard in shards}}))
    for shard in shards:
        shard.write_bytes(b"weights")
    _later(monkeypatch)
    return [index] + shards


@pytest.mark.parametrize("number", range(3))
def test_the_files_of_a_checkpoint_are_read_again_where_one_has_changed(several, number):
    index = several[0]
    before = Identity("known", stamps_of(files_of(index), index.parent))
    assert sorted(before.stamps) == sorted(file.name for file in several) and identity_now(index, before) is before
    _with_its_times(several[number], _copied)
    assert identity_now(index, before) == identity_now(index, None) != before


@pytest.mark.parametrize("stamps", [{}, {"net.pth": None}, {"other.pth": "known"}, {"net.pth": "other"}])
def test_without_a_stamp_the_checkpoint_is_read(checkpoint, stamps):
    assert identity_now(checkpoint, Identity("known", stamps)) == identity_now(checkpoint, None)


@pytest.mark.parametrize("name", ["../secret", "gone", "pipe", "/etc/hostname"])
def test_no_other_file_is_read_than_those_beside_it(checkpoint, name):
    os.mkfifo(str(checkpoint.with_name("pipe")))
    stamps = dict(stamps_of([checkpoint], checkpoint.parent), **{name: "known"})
    assert identity_now(checkpoint, Identity("known", stamps)) == NOT_THERE


class TestOfAModelThatIsThere:
    @pytest.fixture
    def skipped(self, checkpoint, tmp_path, monkeypatch):
        """What `pipeline.skipped` says, and of which files it took the SHA-256."""
        settings, volume, hashed = _no_settings(monkeypatch), tmp_path / "out", []
        volume.mkdir()
        whole = identity.sha256_of_files
        monkeypatch.setattr(identity, "sha256_of_files", lambda *files: hashed.append(files) or whole(*files))
        progress = pipeline.Progress("net", settings)
        with staging(volume, "net") as folder:
            make(folder / "model", "one")
            write_json(folder / "model" / "run.json", record_of(
                folder / "model", sha256_of_file(checkpoint), progress.settings_digest, progress.job_version,
                stamps_of([checkpoint], checkpoint.parent)))
            publish(folder / "model", volume, "net")
        return lambda: (pipeline.skipped(checkpoint, "net", settings, volume) is not None, len(hashed))

    def test_the_checkpoint_is_not_read_again(self, skipped):
        assert skipped() == (True, 0)

    def test_one_that_was_touched_is_once(self, skipped, checkpoint):
        _with_its_times(checkpoint, _copied)
        assert [skipped() for _ in range(3)] == [(True, 1)] * 3

    def test_one_that_was_written_just_now_is_until_it_has_a_stamp(self, skipped, checkpoint, monkeypatch):
        os.utime(str(checkpoint))
        _later(monkeypatch, -3600.0)
        assert [skipped() for _ in range(2)] == [(True, 1), (True, 2)]
        _later(monkeypatch)
        assert [skipped() for _ in range(3)] == [(True, 3)] * 3

    def test_another_is_converted(self, skipped, checkpoint):
        _with_its_times(checkpoint, _written_to(SIZE // 3))
        assert skipped() == (False, 1)


def _no_settings(monkeypatch):
    class Settings:
        force = False

    monkeypatch.setattr("job.conversion.progress.settings_document", lambda settings: {})
    return Settings()
