"""Where Pythons for the contenders are looked for."""
import os
import sys

import pytest
from benchmarks.environments import Environment, NoEnvironment, find_python, python_of


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
    with pytest.raises(NoEnvironment, match="Python 9.9 with venv is needed"):
        find_python("9.9")


@pytest.fixture
def standing_in(tmp_path, monkeypatch):
    """A python9.8 that notes what it is asked for and makes itself the environment's Python."""
    folder, diary = tmp_path / "bin", tmp_path / "diary"
    folder.mkdir()
    script = """#!/bin/sh
echo "$*" >> {diary}
case "$*" in
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  *missing*) exit 1 ;;
esac
"""
    (folder / "python9.8").write_text(script.format(diary=diary))
    (folder / "python9.8").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), os.environ["PATH"]]))
    return diary


def test_an_environment_is_made_once(tmp_path, standing_in):
    environment = Environment("net", "9.8", (("one==1",), ("--no-deps", "two==2")))
    python = python_of(environment, tmp_path / "cache")
    assert python_of(environment, tmp_path / "cache") == python
    asked = standing_in.read_text().splitlines()
    installs = [line for line in asked if line.startswith("-m pip")]
    assert installs == ["-m pip install one==1", "-m pip install --no-deps two==2"]


def test_an_environment_that_could_not_be_made_is_made_again(tmp_path, standing_in):
    for _ in range(2):
        with pytest.raises(NoEnvironment, match="pip install missing==1 failed: see .*[.]log"):
            python_of(Environment("net", "9.8", (("missing==1",),)), tmp_path / "cache")
    assert standing_in.read_text().count("-m venv") == 2
