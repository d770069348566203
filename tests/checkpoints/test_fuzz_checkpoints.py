"""Mutated checkpoints are refused by name or read as they are; the fuzzing sees what goes wrong."""

import os
import re
import subprocess

import pytest

from job.checkpoint import arrays, pickle_machine, reading
from job.errors import BadCheckpoint
from tests.checkpoints.fuzz import judging
from tests.checkpoints.fuzz.judging import drawn, failures, verdicts
from tests.checkpoints.fuzz.seeds import seeds

FIGURES = (
    r"1000 mutated checkpoints: (\d+) refused by name, (\d+) read, "
    r"(\d+) read faithfully with another weight, "
    r"0 wrong, 0 crashed, 0 hung, 0 executed, 0 greedy"
)


def test_a_thousand(checkout):
    """By the command itself, which finds what it needs."""
    run = subprocess.run(
        [str(checkout / "scripts/fuzz"), "checkpoints", "1000", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        universal_newlines=True,
        timeout=1200,
    )
    assert run.returncode == 0, run.stdout
    refused, read, faithful = map(int, re.search(FIGURES, run.stdout).groups())
    assert refused > 500 and read > 50 and faithful > 120


@pytest.fixture(scope="module")
def sown():
    return seeds()


def test_mutants_are_the_same_every_time(sown):
    again = seeds()
    for number in range(50):
        assert drawn(number, sown)[1].data == drawn(number, again)[1].data


def outcomes(sown, count=150):
    return {verdict.outcome for verdict in failures(list(verdicts(range(count), sown)))}


def test_it_sees_a_crash(sown, monkeypatch):
    monkeypatch.setattr(pickle_machine, "MISCALLED", ())
    assert outcomes(sown, 400) == {"CRASH"}


def test_it_sees_a_wrong_weight(sown, monkeypatch):
    monkeypatch.setattr(
        arrays.Arrays,
        "_position",
        lambda self, name, storage: 8 + self._content.regions[storage.key].position,
    )
    assert "WRONG" in outcomes(sown)


def test_it_sees_what_is_executed(sown, monkeypatch):
    monkeypatch.setattr(reading, "weights_of", lambda *arguments: os.system("touch executed"))
    assert outcomes(sown, 5) == {"EXECUTED"}


def test_it_sees_a_file_that_is_written(sown, monkeypatch):
    def write(*arguments):
        open("executed", "w").close()
        raise BadCheckpoint("no", hint="no")

    monkeypatch.setattr(reading, "weights_of", write)
    assert outcomes(sown, 5) == {"EXECUTED"}


def test_it_sees_what_hangs(sown, monkeypatch):
    def hang(*arguments):
        while True:
            pass

    monkeypatch.setattr(judging, "SECONDS", 1)
    monkeypatch.setattr(reading, "weights_of", hang)
    assert outcomes(sown, 2) == {"HANG"}


def test_it_sees_what_takes_memory(sown, monkeypatch):
    def take(*arguments):
        bytearray(b"x" * (400 * 1000 * 1000))
        raise BadCheckpoint("no", hint="no")

    monkeypatch.setattr(reading, "weights_of", take)
    assert "GREEDY" in outcomes(sown, 2)
