"""Jobs on tiny checkpoints, and what must hold of their output folder whatever happened to them."""
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Set

from job.publish import verify_checksums
from tests.faults.network.tiny_network import write_tiny_checkpoint

CHECKOUT = Path(__file__).resolve().parents[2]
CODE = Path(__file__).parent / "network" / "tiny_network.py"
FLAGS = ("--model-code={}:tiny_network".format(CODE), "--input-shape=1,6")


def write_checkpoints(folder: Path, count: int, seed: int = 0) -> Path:
    """net0.pth, net1.pth, ... of seeds from `seed` on."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        write_tiny_checkpoint(folder / "net{}.pth".format(number), seed + number)
    return folder


def words(input_dir: Path, output_dir: Path, *flags: str) -> List[str]:
    """`convert` for all of a folder."""
    return ["convert", "--input-dir={}".format(input_dir), "--output-dir={}".format(output_dir)] + list(FLAGS + flags)


def started(line: Sequence[str], prefix: Sequence[str] = (), said: Any = subprocess.PIPE,
            **more: Any) -> subprocess.Popen:
    """A job as a whole process, the leader of its own group."""
    return subprocess.Popen([*prefix, sys.executable, "-m", "job", *line], cwd=str(CHECKOUT), stderr=said,
                            universal_newlines=True, start_new_session=True, **more)


def ended(line: Sequence[str], expected: int = 0, **more: Any) -> str:
    """What the job said, which has to end with that exit code."""
    job = started(line, **more)
    said = job.communicate(timeout=600)[1]
    assert job.returncode == expected, "exit code {}:\n{}".format(job.returncode, said)
    return said


class Warm:
    """Jobs of tests.faults.warm, one after another."""

    def __init__(self, environment: Mapping[str, str], said: Path) -> None:
        self.said = said
        with said.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.warm"], cwd=str(CHECKOUT), env=dict(environment),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, universal_newlines=True)

    def run(self, line: Sequence[str]) -> int:
        """The job's exit code."""
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        if self._process.wait(60):
            raise AssertionError(self.said.read_text())


Sums = Mapping[str, bytes]  # name of a model -> its SHA256SUMS


def published(output_dir: Path) -> Dict[str, bytes]:
    """Every model that is there; AssertionError where one is not whole."""
    found = {}
    for folder in sorted(output_dir.iterdir()) if output_dir.exists() else ():
        if folder.is_dir() and not folder.name.startswith("."):
            assert verify_checksums(folder) == [], folder
            json.loads((folder / "run.json").read_text())
            found[folder.name] = (folder / "SHA256SUMS").read_bytes()
    return found


class Expected(NamedTuple):
    """What a folder may hold: of each name the versions that were ever converted."""

    versions: Sequence[Sums]

    @staticmethod
    def version_in(output_dir: Path) -> Sums:
        return published(output_dir)

    def seen(self, output_dir: Path) -> Sums:
        return published(output_dir)

    def is_made_from(self, now: Sums, number: int) -> bool:
        """Whether all that is published is that version."""
        return now == self.versions[number]

    def check(self, output_dir: Path, before: Sums) -> Dict[str, bytes]:
        """What is published: nothing partial, nothing wrong, and nothing lost of what was there before."""
        now = published(output_dir)
        for name, sums in now.items():
            assert sums in [version.get(name) for version in self.versions], "{} is wrong".format(name)
        assert set(before) <= set(now), "lost: {}".format(sorted(set(before) - set(now)))
        return now


def left_over(output_dir: Path, models: Set[str]) -> List[str]:
    """What nobody asked for."""
    names = {path.name for path in output_dir.iterdir()} if output_dir.exists() else set()
    return sorted(names - models - {"summary.json", ".failed"})


def kill_group(job: subprocess.Popen, number: int = signal.SIGKILL) -> None:
    os.killpg(job.pid, number)
