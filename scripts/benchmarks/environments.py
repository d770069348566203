"""A private Python environment for each contender, made on first use and kept in the cache."""
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, NamedTuple, Tuple

COMPLETE = "complete"  # the last file written: an environment without it is made again


class Environment(NamedTuple):
    name: str
    python: str  # the minor version, such as 3.12
    installs: Tuple[Tuple[str, ...], ...]  # arguments of one `pip install` after another


class NoEnvironment(Exception):
    """No usable Python of the wanted version is on this machine, or a package does not install."""


def _candidates(version: str) -> Iterator[str]:
    executable = "python" + version
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which(executable, path=folder)
        if found:
            yield found
    pyenv = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv")))
    for found in sorted(pyenv.glob("versions/{}.*/bin/{}".format(version, executable))):
        yield str(found)


def find_python(version: str) -> str:
    """The first Python of that version that can make environments, on PATH or under pyenv."""
    for candidate in _candidates(version):
        works = subprocess.run(
            [candidate, "-c", "import ensurepip, venv"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if works.returncode == 0:
            return candidate
    raise NoEnvironment("Python {0} with venv is needed: put python{0} on PATH".format(version))


def _digest(environment: Environment) -> str:
    return hashlib.sha256(repr(environment).encode()).hexdigest()[:12]


def python_of(environment: Environment, cache: Path) -> Path:
    """The environment's Python; the first call installs, which takes minutes, and logs beside it."""
    folder = cache / "environments" / "{}-{}".format(environment.name, _digest(environment))
    python = folder / "bin" / "python"
    if (folder / COMPLETE).exists():
        return python
    print("making the environment of {} in {}".format(environment.name, folder), file=sys.stderr)
    shutil.rmtree(str(folder), ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    commands = [[find_python(environment.python), "-m", "venv", str(folder)]]
    commands += [[str(python), "-m", "pip", "install"] + list(packages) for packages in environment.installs]
    with open(str(folder) + ".log", "w") as log:
        for command in commands:
            if subprocess.run(command, stdout=log, stderr=subprocess.STDOUT).returncode != 0:
                raise NoEnvironment("{} failed: see {}".format(" ".join(command[1:]), log.name))
    (folder / COMPLETE).write_text("")
    return python
