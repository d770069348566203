"""No place for temporary files: said before any work, and what to do."""
import errno
import os
import tempfile

import pytest

from job.errors import EnvironmentFailed, NoPermission
from job.processes import temporary_folder


@pytest.fixture
def refused(monkeypatch):
    """Every folder refuses with this error."""
    def by(number):
        def refuse(*_, **__):
            raise OSError(number, os.strerror(number))
        monkeypatch.setattr(tempfile, "tempdir", None)
        monkeypatch.setattr(tempfile, "_os", type("", (), dict(vars(os), open=staticmethod(refuse))))
    return by


@pytest.mark.parametrize("number, error", [
    (errno.EROFS, NoPermission), (errno.EACCES, NoPermission), (errno.ENOSPC, EnvironmentFailed), (errno.EIO, EnvironmentFailed)])
def test_where_none_can_be_written_to(refused, number, error):
    refused(number)
    with pytest.raises(error) as raised:
        temporary_folder.check()
    assert "temporary files" in raised.value.message
    assert error is EnvironmentFailed or "--tmpfs /tmp" in raised.value.hint


def test_where_there_is_none_a_retry_does_not_help(refused, monkeypatch):
    refused(errno.ENOENT)
    monkeypatch.setenv("TMPDIR", "/nonexistent")
    with pytest.raises(NoPermission):
        temporary_folder.check()


def test_where_there_is_one():
    temporary_folder.check()
