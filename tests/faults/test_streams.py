"""A log that nobody takes: what is converted, and the exit code, are as ever."""
import subprocess
import sys

import pytest

from tests.faults.jobs import CHECKOUT, ended, left_over, published, words, write_checkpoints


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return write_checkpoints(tmp_path_factory.mktemp("streams") / "in", 2)


@pytest.fixture(scope="module")
def expected(inputs):
    ended(words(inputs, inputs.parent / "out"))
    return published(inputs.parent / "out")


@pytest.mark.parametrize("streams", ["<&- >&- 2>&-", ">/dev/full 2>/dev/full", "2>&1 | true", "--log=json 2>&1 | true"],
                         ids=["closed", "full", "reader gone", "reader of objects gone"])
def test_what_is_published_is_the_same(inputs, expected, streams, tmp_path):
    shell = 'set -o pipefail; "$0" -m job "$@" ' + streams
    done = subprocess.run(["bash", "-c", shell, sys.executable, *words(inputs, tmp_path / "out")], cwd=str(CHECKOUT))
    assert done.returncode == 0
    assert published(tmp_path / "out") == expected and left_over(tmp_path / "out", set(expected)) == []
