"""An output volume that answers nobody for a while."""
import math
import os
import signal
import time

import pytest

from tests.faults.jobs import ended, kill_group, left_over, published, started, words, write_checkpoints
from tests.faults.mounted import ext4, hanging
from tests.faults.processes import descendants, is_alive
from tests.faults.test_surroundings import wait_for_work
from tests.waiting import LONGEST, wait_until

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/loop-control"), reason="a disk in a file takes a loop device")

SECONDS = 6.0  # longer than a job waits for a worker that it has told to stop


@pytest.fixture
def out(tmp_path):
    with ext4(tmp_path / "volume", tmp_path / "disk") as volume:
        yield volume / "out"


def said_by(tmp_path, out, *flags, number=None, seconds=SECONDS):
    """Its exit code and what it said, of a job whose volume hung while it was at work, and that got a signal meanwhile."""
    job = started(words(write_checkpoints(tmp_path / "in", 2), out, *flags))
    wait_for_work(out, job)
    with hanging(out.parent):
        if number is not None:
            job.send_signal(number)
        time.sleep(seconds)
        assert job.poll() is None
    said = job.communicate(timeout=LONGEST)[1]
    models = published(out)
    assert left_over(out, set(models)) == []
    return job.returncode, set(models), said


def test_it_goes_on_where_it_was(tmp_path, out):
    code, models, said = said_by(tmp_path, out)
    assert (code, models) == (0, {"net0", "net1"}), said


def test_one_that_takes_too_long_for_that_fails_alone(tmp_path, out):
    begun = time.monotonic()
    ended(words(write_checkpoints(tmp_path / "in", 2), tmp_path / "quick", "--workers=1"))
    enough = math.ceil(2 * (time.monotonic() - begun))  # for one of them
    code, models, said = said_by(tmp_path, out, "--timeout-per-checkpoint={}".format(enough), "--workers=1",
                                 seconds=enough + SECONDS)
    assert (code, models) == (5, {"net1"}) and "more than {} seconds".format(enough) in said, said


def test_stopped_meanwhile_it_cleans_up_as_soon_as_it_can(tmp_path, out):
    code, models, said = said_by(tmp_path, out, number=signal.SIGTERM)
    assert (code, models) == (143, set()) and "bug" not in said, said


def test_killed_when_its_grace_was_over_the_next_run_clears_up(tmp_path, out):
    """As a pod is: told to stop, then killed as a whole, while it can do nothing of either."""
    line = words(write_checkpoints(tmp_path / "in", 2), out)
    job = started(line)
    wait_for_work(out, job)
    with hanging(out.parent):
        job.send_signal(signal.SIGTERM)
        time.sleep(SECONDS)
        family = [job.pid, *descendants(job.pid)]
        kill_group(job)
    job.communicate(timeout=LONGEST)
    wait_until(lambda: not any(map(is_alive, family)))
    ended(line)
    assert set(published(out)) == {"net0", "net1"} and left_over(out, {"net0", "net1"}) == []
