"""Where Pythons for the contenders are looked for."""
import os
import sys

import pytest
from benchmarks.environments import NoPython, find_python


def fake_python(folder, version, ending):
    folder.mkdir(parents=True)
    executable = folder / ("python" + version)
    executable.write_text("#!/bin/sh\nexit {}\n".format(ending))
    executable.chmod(0o755)
    return str(executable)


def test_one_that_cannot_make_environments_is_passed_over(tmp_path, monkeypatch):
    """As is a pyenv shim for a version that is not chosen, and Debian's without its venv package."""
    fake_python(tmp_path / "broken", "9.8", ending=1)
    works = fake_python(tmp_path / "pyenv" / "versions" / "9.8.3" / "bin", "9.8", ending=0)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "broken"), os.environ["PATH"]]))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert find_python("9.8") == works


def test_none_at_all_is_one_clear_message(monkeypatch):
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable))
    with pytest.raises(NoPython, match="Python 9.9 with venv is needed"):
        find_python("9.9")
