"""Several checkpoints at a time, through the whole job: the same bytes, and no one's fault is another's."""
import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from job.demo.model import digits_net
from tests.faults.processes import children
from tests.models import write_seeded_checkpoint
from tests.running import CHECKOUT, DIGITS_NET, run_job

SHAPE = "--input-shape=1,1,8,8"


@pytest.fixture
def checkpoints(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for seed in range(4):
        torch.manual_seed(seed)
        torch.save(digits_net().state_dict(), str(folder / "net{}.pth".format(seed)))
    return folder


def started(checkpoints, out, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "job", "convert", "--input-dir={}".format(checkpoints), "--output-dir={}".format(out),
         DIGITS_NET, SHAPE, *words], cwd=str(CHECKOUT), stderr=subprocess.PIPE, universal_newlines=True)


def summary_of(out):
    return json.loads((out / "summary.json").read_text())


def test_the_same_bytes_whatever_the_number_of_workers(checkpoints, tmp_path):
    (checkpoints / "bad.pth").write_bytes(b"nothing")
    sums = []
    for workers in ("1", "3"):
        metrics = tmp_path / (workers + ".prom")
        job = started(checkpoints, tmp_path / workers, "--workers=" + workers, "--metrics-file={}".format(metrics))
        said = job.communicate(timeout=300)[1]
        assert job.returncode == 3, said
        assert said.splitlines()[-1].startswith("4 converted, 1 failed; exit code 3 is of bad: bad.pth is no checkpoint")
        assert 'pt2tflite_checkpoints{outcome="converted"} 4\n' in metrics.read_text()
        names = ["net{}".format(seed) for seed in range(4)]
        sums.append([(tmp_path / workers / name / "SHA256SUMS").read_bytes() for name in names])
    assert sums[0] == sums[1]
    assert (tmp_path / "1" / "summary.json").read_bytes() == (tmp_path / "3" / "summary.json").read_bytes()
    assert not [each for each in (tmp_path / "3").iterdir() if each.name.startswith(".staging")]


def test_what_is_known_of_a_network_changes_no_byte(tmp_path):
    paths = [write_seeded_checkpoint(tmp_path / "{}.pth".format(seed), "squeezenet1_1", seed) for seed in (0, 1)]
    words = ("--arch=squeezenet1_1", "--input-shape=1,3,96,64")
    ended("convert", *paths, "--workers=1", "--output-dir={}".format(tmp_path / "both"), *words)
    ended("convert", paths[1], "--output-dir={}".format(tmp_path / "alone"), *words)
    alone, after_another = ((tmp_path / out / "1" / "SHA256SUMS").read_text() for out in ("alone", "both"))
    assert after_another == alone and "1.float32.tflite" in alone


def ended(*words):
    job = run_job(*words)
    assert job.returncode == 0, job.stderr


def test_what_is_current_is_skipped_without_a_side(checkpoints, tmp_path):
    assert started(checkpoints, tmp_path / "out").wait(300) == 0
    job = started(checkpoints, tmp_path / "out")
    said = job.communicate(timeout=300)[1]
    assert job.returncode == 0 and said.count("current: ") == 4 and "export" not in said
    assert {row["outcome"] for row in summary_of(tmp_path / "out")["checkpoints"]} == {"current"}


def test_a_side_that_is_killed_fails_its_checkpoint_alone(checkpoints, tmp_path):
    job = started(checkpoints, tmp_path / "out", "--workers=1")
    _kill_one_at_work(job, tmp_path / "out")
    said = job.communicate(timeout=300)[1]
    rows = summary_of(tmp_path / "out")["checkpoints"]
    assert job.returncode == 5 and [row["exit_code"] for row in rows].count(5) == 1, said
    assert [row["exit_code"] for row in rows].count(0) == 3
    failed, = [row for row in rows if row["exit_code"]]
    assert "was killed by SIGKILL" in failed["message"]
    assert not (tmp_path / "out" / failed["name"]).exists()


def _kill_one_at_work(job, out):
    """A process that a nursery has forked off, as soon as the conversion after the first begins."""
    sides = []
    while not sides:
        assert job.poll() is None, job.communicate()[1]
        time.sleep(0.005)
        if (out / "net0").exists() and list(out.glob(".staging-net[123]*")):
            sides = [pid for child in children(job.pid) for pid in children(child)]
    os.kill(sides[-1], signal.SIGKILL)
