"""Whole jobs are killed, stopped and interrupted at random moments; scripts/faults does it hundreds of times."""
import signal

import pytest

from tests.faults.kills import struck


@pytest.mark.parametrize("kind, count", [("first", 16), ("replacing", 16), ("batch", 10), ("keeping", 16)])
def test_killed(kind, count, tmp_path):
    assert sum(struck(tmp_path, kind, signal.SIGKILL, count, landed=count // 3).values()) >= count


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("kind, count", [("first", 5), ("replacing", 5), ("batch", 4)])
def test_told_to_stop(kind, count, number, tmp_path):
    assert sum(struck(tmp_path, kind, number, count, landed=count // 2, seed=3).values()) >= count
