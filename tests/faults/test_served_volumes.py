"""Volumes that a program serves: sshfs, and rclone as object stores are mounted with it."""
import contextlib
import functools
import os
import time

import pytest

from job.publish import recover, staging
from tests.faults.jobs import ended, left_over, published, started, words, write_checkpoints
from tests.faults.mounted import rclone, sshfs
from tests.faults.test_surroundings import wait_for_work
from tests.waiting import LONGEST

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/fuse"), reason="such volumes take /dev/fuse")

SETTLED = 2.1  # seconds: a younger checkpoint is read by the next run too
SERVED = ("sshfs", "rclone off", "rclone full")


@pytest.fixture(params=SERVED)
def volume(request, tmp_path):
    name, *mode = request.param.split()
    server = functools.partial(rclone, mode=mode[0], cache=tmp_path / "cache") if mode else sshfs
    (tmp_path / "data").mkdir()
    with server(tmp_path / "data", tmp_path / "volume"):
        yield tmp_path / "volume"


def test_what_a_job_has_published_is_there_when_it_ends(volume):
    """Of rclone with a cache it could not be read until that was uploaded, or was empty; without one every later run
    ended with a lock that could not be removed; and its links are I/O errors."""
    inputs, out = write_checkpoints(volume / "in", 1), volume / "out"
    time.sleep(SETTLED)
    for flags, numbers in (((), ["1"]), (("--keep=1", "--output-names=other"), ["1", "2"])):
        ended(words(inputs, out, *flags))
        assert list(published(out)) == ["net0"] and left_over(out, {"net0"}) == []
        assert sorted(os.listdir(str(out / "net0" / "saved_model"))) == numbers
        assert "current: " in ended(words(inputs, out, *flags))


@contextlib.contextmanager
def two_hosts(tmp_path):
    """One folder as two of them have it mounted, and the process that serves it to the first."""
    (tmp_path / "data").mkdir()
    with sshfs(tmp_path / "data", tmp_path / "one") as process, sshfs(tmp_path / "data", tmp_path / "other"):
        yield tmp_path / "one", tmp_path / "other", process


def test_what_a_job_on_another_host_makes_is_left_alone(tmp_path):
    """Its lock is not seen there: it was taken for a dead one's, and what it made was removed."""
    with two_hosts(tmp_path) as (one, other, _), staging(one, "net") as folder:
        (folder / "model").mkdir()
        assert {path.name for path in other.iterdir()} == {folder.name, folder.name + ".lock"}
        assert recover(other) == () and (tmp_path / "data" / folder.name / "model").is_dir()


def test_the_program_that_serves_it_dies(tmp_path):
    inputs = write_checkpoints(tmp_path / "in", 2)
    with two_hosts(tmp_path) as (one, other, process):
        job = started(words(inputs, one / "out", "--workers=1"))
        wait_for_work(tmp_path / "data" / "out", job)
        process.kill()
        said = job.communicate(timeout=LONGEST)[1]
        assert job.returncode == 75 and "bug" not in said, said
    with sshfs(tmp_path / "data", tmp_path / "again") as _:
        out = tmp_path / "again" / "out"
        ended(words(inputs, out))
        assert sorted(published(out)) == ["net0", "net1"]
