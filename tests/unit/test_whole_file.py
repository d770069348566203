"""A file for others to read at any moment: on disk before it has its name, and nothing beside it."""
import errno
import os

import pytest

from job.errors import EnvironmentFailed
from job.watching.whole_file import write_whole


def test_it_is_on_disk_before_it_has_its_name(tmp_path, monkeypatch):
    file, done, fsync, replace = tmp_path / "verdict.json", [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: done.append(os.fstat(number).st_size) or fsync(number))
    monkeypatch.setattr(os, "replace", lambda *places: done.append("named") or replace(*places))
    write_whole(file, "{}\n")
    assert done == [3, "named"] and os.listdir(str(tmp_path)) == ["verdict.json"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_one_that_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch, call):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = tmp_path / "verdict.json"
    file.write_text("old")
    monkeypatch.setattr(os, call, full)
    with pytest.raises(EnvironmentFailed):
        write_whole(file, "new")
    assert os.listdir(str(tmp_path)) == ["verdict.json"] and file.read_text() == "old"
