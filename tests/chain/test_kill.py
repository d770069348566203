"""The whole job is killed with SIGKILL at random moments: what is published is whole, and the next run succeeds."""
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import List, NamedTuple

import pytest
from tests.models import write_seeded_checkpoint

from job.publish import verify_checksums

CHECKOUT = Path(__file__).resolve().parents[2]
KILLS = 30
NAME = "net"
ARCH = "squeezenet1_1"  # the smallest real network


class Version(NamedTuple):
    checkpoint: Path
    sums: bytes  # SHA256SUMS of what it becomes


@pytest.fixture(scope="module")
def versions(tmp_path_factory) -> List[Version]:
    """Two checkpoints of the same name, with what the job publishes when nobody stops it."""
    found = []
    for seed in (1, 2):
        folder = tmp_path_factory.mktemp("version{}".format(seed))
        checkpoint = write_seeded_checkpoint(folder / (NAME + ".pth"), ARCH, seed)
        succeed(checkpoint, folder / "out")
        found.append(Version(checkpoint, sums(folder / "out")))
    assert found[0].sums != found[1].sums
    return found


def job(checkpoint: Path, output_dir: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "job", "convert", str(checkpoint), "--arch=" + ARCH, "--input-shape=1,3,65,97",
               "--output-dir={}".format(output_dir)]
    with open(str(said_beside(output_dir)), "wb") as said:
        return subprocess.Popen(command, cwd=str(CHECKOUT), stderr=said, start_new_session=True)


def said_beside(output_dir: Path) -> Path:
    return output_dir.parent / "said"


def succeed(checkpoint: Path, output_dir: Path) -> None:
    assert job(checkpoint, output_dir).wait() == 0, said_beside(output_dir).read_text()


def sums(output_dir: Path) -> bytes:
    """SHA256SUMS of the published model, b"" where there is none; whatever is there must be whole."""
    if not (output_dir / NAME).exists():
        return b""
    assert verify_checksums(output_dir / NAME) == []
    return (output_dir / NAME / "SHA256SUMS").read_bytes()


def seconds_of_a_run(checkpoint: Path, folder: Path) -> float:
    start = time.time()
    succeed(checkpoint, folder / "timed")
    return time.time() - start


def kill_in_the_middle(process: subprocess.Popen, after: float, whole_group: bool) -> bool:
    """The main process alone, whose death its children must notice, or all of them; False where it had ended."""
    try:
        process.wait(after)
        return False
    except subprocess.TimeoutExpired:
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        return True


def moments(longest: float) -> List[float]:
    """Random, and spread over the whole run."""
    at_random = random.Random(7)
    return [longest * (number + at_random.random()) / KILLS for number in range(KILLS)]


def only_what_is_published(output_dir: Path) -> bool:
    return sorted(path.name for path in output_dir.iterdir()) == [NAME, "summary.json"]


def test_a_first_run(versions, tmp_path):
    version, output_dir = versions[0], tmp_path / "out"
    killed = left = 0
    for number, moment in enumerate(moments(seconds_of_a_run(version.checkpoint, tmp_path))):
        killed += kill_in_the_middle(job(version.checkpoint, output_dir), moment, whole_group=number % 2 == 0)
        if output_dir.exists():
            assert sums(output_dir) in (b"", version.sums)
            left += any(path.name.startswith(".staging") for path in output_dir.iterdir())
            shutil.rmtree(str(output_dir / NAME), ignore_errors=True)
    assert killed >= KILLS // 2 and left >= KILLS // 5, "most kills came too early or too late to show anything"
    succeed(version.checkpoint, output_dir)
    assert sums(output_dir) == version.sums and only_what_is_published(output_dir)


def test_a_replacing_run(versions, tmp_path):
    output_dir = tmp_path / "out"
    old, new = versions
    longest = seconds_of_a_run(old.checkpoint, tmp_path)
    (tmp_path / "timed").rename(output_dir)
    killed = left = 0
    for number, moment in enumerate(moments(longest)):
        killed += kill_in_the_middle(job(new.checkpoint, output_dir), moment, whole_group=number % 2 == 0)
        seen = sums(output_dir)
        assert seen in (old.sums, new.sums)
        left += any(path.name.startswith(".staging") for path in output_dir.iterdir())
        if seen == new.sums:
            old, new = new, old
    assert killed >= KILLS // 2 and left >= KILLS // 5, "most kills came too early or too late to show anything"
    succeed(new.checkpoint, output_dir)
    assert sums(output_dir) == new.sums and only_what_is_published(output_dir)
