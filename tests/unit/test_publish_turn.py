"""One job at a time replaces a model; no dead one's turn lasts."""
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from job.publish import recover, turn
from job.watching import log

CHECKOUT = Path(__file__).resolve().parents[2]
KILLED_IN_ITS_TURN = """
import os, signal, sys
from pathlib import Path
from job.publish import turn
with turn(Path(sys.argv[1]), "net"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_second_job_waits_until_the_first_has_published(tmp_path, capfd):
    said = []
    log.configure("json")

    def second():
        with turn(tmp_path, "net"):
            said.append("second")

    with turn(tmp_path, "net"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        said.append("first")
    thread.join(10)
    assert said == ["first", "second"] and os.listdir(str(tmp_path)) == []
    notes = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(note["checkpoint"], note["message"]) for note in notes] == [
        ("net", "waits until another job has published a model of this name")]


def test_who_waits_for_nobody_says_nothing(tmp_path, capfd):
    log.configure("text")
    with turn(tmp_path, "net"):
        assert capfd.readouterr().err == ""


def test_models_of_other_names_are_not_waited_for(tmp_path):
    with turn(tmp_path, "net"), turn(tmp_path, "n" * 255), turn(tmp_path, "\udcff"):
        assert len(os.listdir(str(tmp_path))) == 3
    assert os.listdir(str(tmp_path)) == []


@pytest.fixture
def killed(tmp_path):
    job = subprocess.run([sys.executable, "-c", KILLED_IN_ITS_TURN, str(tmp_path)], cwd=str(CHECKOUT))
    assert job.returncode == -9 and len(os.listdir(str(tmp_path))) == 1
    return tmp_path


def test_a_killed_jobs_turn_has_ended(killed):
    with turn(killed, "net"):
        pass
    assert os.listdir(str(killed)) == []


def test_what_a_killed_job_left_of_its_turn_goes(killed):
    recover(killed)
    assert os.listdir(str(killed)) == []


def test_a_living_jobs_turn_is_left_alone(tmp_path):
    with turn(tmp_path, "net"):
        recover(tmp_path)
        assert len(os.listdir(str(tmp_path))) == 1
