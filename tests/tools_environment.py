"""Environments for tools that do not run on the job's Python."""
import fcntl
import hashlib
import os
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Iterator, Optional

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pt2tflite"


def not_here(message: str) -> None:
    """What this machine cannot test: a failure in CI, and a loud warning elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(message)
    warnings.warn(message)
    pytest.skip(message)


def locked_tools(lock: Path, checkout: Path) -> Path:
    """The folder of the commands of what a lock names, its `python` among them; made once a machine."""
    python = modern_python()
    if python is None:
        not_here("{} IS NOT USED: no Python 3.9 to 3.13 was found".format(lock.name))
    digest = hashlib.sha256(lock.read_bytes() + python.encode()).hexdigest()[:16]
    return _installed(CACHE / "{}-{}".format(lock.stem, digest), python, checkout / "scripts" / "install", lock)


def modern_python() -> Optional[str]:
    """The newest of Python 3.9 to 3.13 that this machine has and that can make an environment."""
    for minor in range(13, 8, -1):
        for candidate in _candidates(minor):
            check = "import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, {}))".format(minor)
            if subprocess.run([candidate, "-I", "-c", check], stderr=subprocess.DEVNULL).returncode == 0:
                return candidate
    return None


def _candidates(minor: int) -> Iterator[str]:
    name = "python3.{}".format(minor)
    for folder in os.get_exec_path():
        found = shutil.which(name, path=folder)
        if found:
            yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for found in sorted(pyenv.glob("versions/3.{}.*/bin/{}".format(minor, name))):
        yield str(found)


def _installed(folder: Path, python: str, install: Path, lock: Path) -> Path:
    """The folder of the locked tools' commands; made once by one process, and anew if that was broken off."""
    folder.mkdir(parents=True, exist_ok=True)
    complete = folder / "complete"
    with open(str(folder / "making"), "w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        if not complete.exists():
            subprocess.check_call([python, "-I", "-m", "venv", str(folder)])
            subprocess.check_call([str(install), str(folder / "bin" / "python"), str(lock)])
            complete.touch()
    return folder / "bin"
