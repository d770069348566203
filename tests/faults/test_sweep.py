"""The Nth call that changes the output folder fails, for a sample of all N; scripts/faults takes every one."""
import errno
import os
import time

import pytest

from tests.faults import failing
from tests.faults.failing import EVER, Failing, environment_with
from tests.faults.jobs import Warm, left_over, published, words, write_checkpoints
from tests.faults.mounted import remount, tmpfs
from tests.faults.sweep import INT8, PLANS, ground, swept

STEP = 11


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    with ground(tmp_path_factory.mktemp("sweep")) as opened:
        yield opened


@pytest.mark.parametrize("number", range(len(PLANS)), ids=[plan.name for plan in PLANS])
def test_what_fails_loses_nothing_and_a_retry_mends_it(at, number):
    plan = PLANS[number]
    few = plan.kinds == failing.EXCHANGE
    before = 0 if few or number % 2 else None
    runs = list(swept(at, plan, before, 1 if few else STEP, start=1 if few else 1 + number))
    problems = [problem for found in runs for problem in found]
    assert runs
    assert problems == [], at.warm.said.read_text()[-5000:]


@pytest.fixture(scope="module")
def touched(at):
    """The checkpoint of the second version is as it was, at another time: a rerun reads it, and records that it has."""
    os.utime(str(at.inputs[1] / "net0.pth"), (1, 1))
    time.sleep(2.1)  # seconds: a younger change may not be the last
    at.put(1)
    before = (at.out / "net0" / "run.json").read_bytes()
    assert at.run(1) == 0 and (at.out / "net0" / "run.json").read_bytes() != before
    return at


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan.kinds != failing.EXCHANGE], ids=lambda plan: plan.name)
def test_a_rerun_that_records_what_it_has_read_does_no_harm(touched, plan):
    runs = list(swept(touched, plan, 1, 5))
    assert len(runs) > 2 and [problem for found in runs for problem in found] == [], touched.warm.said.read_text()[-5000:]


@pytest.fixture(scope="module")
def keeping(tmp_path_factory):
    with ground(tmp_path_factory.mktemp("keeping"), 2, INT8) as opened:
        yield opened


@pytest.mark.parametrize("number", range(len(PLANS)), ids=[plan.name for plan in PLANS])
def test_the_version_that_is_kept_is_as_safe_and_so_is_int8(keeping, number):
    assert (keeping.versions[1] / "net0" / "saved_model" / "1").is_dir()
    few = PLANS[number].kinds == failing.EXCHANGE
    runs = list(swept(keeping, PLANS[number], 0, 1 if few else 3 * STEP, start=1 if few else 1 + 3 * number))
    assert runs and [problem for found in runs for problem in found] == [], keeping.warm.said.read_text()[-5000:]


@pytest.mark.parametrize("option, sizes, enough", [
    ("size", ("4k", "24k", "48k"), "64m"), ("nr_inodes", ("3", "6", "10", "14"), "1000")])
def test_a_volume_that_is_really_too_small(at, option, sizes, enough):
    """For its bytes, or for its files; the earlier version is there, and stays."""
    codes = []
    for size in sizes:
        at.put(None)
        with tmpfs(at.out, "{}={}".format(option, enough)):
            assert at.run(0) == 0
            before = published(at.out)
            room = sum(1 for _ in at.out.rglob("*")) + int(size) if option == "nr_inodes" else _more(at.out, size)
            remount(at.out, "{}={}".format(option, room))
            codes.append(at.run(1))
            assert at.expected.check(at.out, before)
            remount(at.out, "{}={}".format(option, enough))
            assert at.run(1) == 0 and published(at.out) == at.expected.versions[1]
            assert left_over(at.out, {"net0"}) == []
    assert set(codes) <= {0, 75} and codes.count(75) >= 2, codes


def _more(volume, size):
    used = sum(-(-path.stat().st_size // 4096) * 4096 for path in volume.rglob("*") if path.is_file())
    return used + int(size[:-1]) * 1024


def test_a_checkpoint_that_cannot_be_read(tmp_path):
    """An I/O error at any read of it: to be tried again, and nothing is published."""
    inputs = write_checkpoints(tmp_path / "in", 1)
    os.utime(str(inputs / "net0.pth"), (time.time() + 3600,) * 2)  # too young for a stamp, which does without what fails
    broken = Failing(tmp_path, inputs)
    warm = Warm(environment_with(broken), tmp_path / "said")
    try:
        broken.set(failing.READ)
        assert warm.run(words(inputs, tmp_path / "whole")) == 0
        reads = broken.seen
        assert reads
        for first, last in [(number, number) for number in range(1, reads + 1)] + [(1, EVER)]:
            broken.set(failing.READ, first, last, errno.EIO)
            assert warm.run(words(inputs, tmp_path / "out")) == 75, warm.said.read_text()[-2000:]
            assert published(tmp_path / "out") == {}
        broken.set(0)
        assert warm.run(words(inputs, tmp_path / "out")) == 0
        assert published(tmp_path / "out") == published(tmp_path / "whole")
    finally:
        warm.close()
