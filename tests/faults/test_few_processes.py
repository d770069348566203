"""Fewer processes and threads than a job takes: to be tried again, whatever part of it finds no room for one more."""
import pytest

from tests.faults.jobs import ended, left_over, published, started, words, write_checkpoints
from tests.faults.limits import process_limit
from tests.waiting import LONGEST

ENOUGH = 64


@pytest.mark.parametrize("checkpoints", [1, 2])
def test_it_is_said_and_all_is_well_where_there_are_more(tmp_path, checkpoints):
    inputs, out = write_checkpoints(tmp_path / "in", checkpoints), tmp_path / "out"
    seen = []
    for most in range(2, ENOUGH, 3):
        with process_limit(most) as prefix:
            job = started(words(inputs, out, "--workers=1", "--force"), prefix=prefix)
            said = job.communicate(timeout=LONGEST)[1]
        seen.append(job.returncode)
        if job.returncode == 0:
            break
        assert job.returncode == 75 and "--pids-limit" in said, said
        assert left_over(out, set(published(out))) == []
    assert seen[-1] == 0 and seen.count(75) > 2, seen
    ended(words(inputs, out))
    assert len(published(out)) == checkpoints
