"""A checkout with the real scripts, a lock of one small package and a job that tells what it was given."""
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, NamedTuple

JOB = """
import json, os, pathlib, sys, time
import six
print(json.dumps({"args": sys.argv[1:], "cwd": os.getcwd(), "pid": os.getpid(), "six": six.__version__,
                  "job": __file__, "path": sys.path}), flush=True)
if sys.argv[1] == "wait-for":
    while not pathlib.Path(sys.argv[2]).exists():
        time.sleep(0.05)
    import six.moves
"""


class Finished(NamedTuple):
    code: int
    out: str
    err: str


class SmallCheckout(NamedTuple):
    folder: Path

    @property
    def lock(self) -> Path:
        return self.folder / "requirements.lock"

    @property
    def environment(self) -> Path:
        return self.folder / ".venv"

    @property
    def is_ready(self) -> bool:
        return (self.environment / "made-from").exists()

    def start(self, *args: str, script: str = "", **options: Any) -> subprocess.Popen:
        """scripts/run in a process group of its own, as a shell would start it."""
        command = [script or str(self.folder / "scripts" / "run"), *args]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                start_new_session=True, **options)

    def run(self, *args: str, **options: Any) -> Finished:
        return finish(self.start(*args, **options))


def finish(process: subprocess.Popen) -> Finished:
    try:
        out, err = process.communicate(timeout=600)
    except subprocess.TimeoutExpired:
        kill(process)
        raise
    return Finished(process.returncode, out.decode(), err.decode())


def kill(process: subprocess.Popen) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def small_checkout(checkout: Path, folder: Path) -> SmallCheckout:
    (folder / "job").mkdir(parents=True)
    (folder / "job" / "__init__.py").touch()
    (folder / "job" / "__main__.py").write_text(JOB)
    (folder / "scripts").mkdir()
    for name in ("run", "install", "environment.sh", "registry.sh"):
        shutil.copy2(str(checkout / "scripts" / name), str(folder / "scripts" / name))
    made = SmallCheckout(folder)
    made.lock.write_text(locked_line(checkout, "six"))
    return made


def locked_line(checkout: Path, name: str) -> str:
    lines = (checkout / "requirements.lock").read_text().splitlines()
    return next(line for line in lines if line.startswith(name + "==")) + "\n"


def machine_without(*commands: str, folder: Path) -> Dict[str, str]:
    """Environment variables of a machine that has this one's programs but the named and any Python or pyenv."""
    programs = folder / "bin"
    programs.mkdir()
    for source in ("/usr/bin", "/bin"):
        for program in Path(source).iterdir():
            link = programs / program.name
            if program.name not in commands and "python" not in program.name and not link.exists():
                link.symlink_to(program)
    return {"PATH": str(programs), "HOME": str(folder)}


def write_program(path: Path, *lines: str) -> None:
    path.write_text("\n".join(("#!/bin/sh",) + lines) + "\n")
    path.chmod(0o755)


def base_python() -> str:
    return str(Path(sys.base_prefix) / "bin" / "python3.6")
