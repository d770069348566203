"""What else may happen to a job: volumes that vanish, another job, a clock that jumps, no network, little memory."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.jobs import CHECKOUT, ended, left_over, published, started, words, write_checkpoints
from tests.faults.limits import memory_limit
from tests.faults.mounted import take_away, tmpfs
from tests.waiting import LONGEST

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"  # Debian: libfaketime


def wait_for_work(out: Path, job: subprocess.Popen, name: str = "") -> None:
    while not any(staged.is_dir() for staged in out.glob(".staging-{}*".format(name))):  # its lock is there before it
        assert job.poll() is None, job.communicate()[1]
        time.sleep(0.005)


def test_the_output_volume_is_taken_away(tmp_path):
    inputs, out = write_checkpoints(tmp_path / "in", 2), tmp_path / "out"
    with tmpfs(out):
        job = started(words(inputs, out, "--workers=1"))
        wait_for_work(out, job)
        take_away(out)
        said = job.communicate(timeout=LONGEST)[1]
    assert job.returncode == 75 and "bug" not in said, said
    assert "net0" not in published(out)
    shutil.rmtree(str(out))
    ended(words(inputs, out))
    assert sorted(published(out)) == ["net0", "net1"]


def test_the_input_volume_is_taken_away(tmp_path):
    out = tmp_path / "out"
    with tmpfs(tmp_path / "in") as inputs:
        write_checkpoints(inputs, 3)
        job = started(words(inputs, out, "--workers=1"))
        wait_for_work(out, job, "net0")
        take_away(inputs)
        said = job.communicate(timeout=LONGEST)[1]
    rows = json.loads((out / "summary.json").read_text())["checkpoints"]
    assert job.returncode == 75 and [row["exit_code"] for row in rows[1:]] == [75, 75], said
    assert "net2" not in published(out)


def test_several_jobs_on_one_output_volume(tmp_path):
    """The same names of other weights: both end well, and of each name one of the two is there, whole."""
    out = tmp_path / "out"
    inputs = [write_checkpoints(tmp_path / "in{}".format(seed), 3, seed) for seed in (0, 10)]
    versions = []
    for folder in inputs:
        ended(words(folder, out))
        versions.append(published(out))
    jobs = [started(words(folder, out, "--force", "--workers=2")) for folder in inputs + inputs]
    said = [job.communicate(timeout=600)[1] for job in jobs]
    assert [job.returncode for job in jobs] == [0] * 4, said
    now = published(out)
    assert all(sums in [version[name] for version in versions] for name, sums in now.items()) and len(now) == 3
    assert left_over(out, set(now)) == []


def test_several_jobs_that_keep_versions_on_one_output_volume(tmp_path):
    """Each keeps what is there when it publishes, though all of them found the same when they began: no version is lost."""
    inputs, out = write_checkpoints(tmp_path / "in", 1), tmp_path / "out"
    modes = ["none", "dynamic", "float16"]
    for _ in range(2):
        jobs = [started(words(inputs, out, "--force", "--keep=9", "--quantize=" + mode)) for mode in modes]
        said = [job.communicate(timeout=600)[1] for job in jobs]
        assert [job.returncode for job in jobs] == [0] * 3, said
        assert list(published(out)) == ["net0"] and left_over(out, {"net0"}) == []
    versions = {int(path.name): path / "assets.extra" for path in (out / "net0" / "saved_model").iterdir()}
    assert sorted(versions) == [1, 2, 3, 4, 5, 6]
    versions[6] = out / "net0"
    made = [[mode for mode in modes if (versions[number] / "net0.{}.tflite".format(mode)).exists()] for number in range(1, 7)]
    assert sorted(made[:3]) == sorted(made[3:]) == [[], ["dynamic"], ["float16"]]


def test_a_dead_jobs_lock_keeps_nobody_out(tmp_path):
    """What the killed one was making goes, though its folder and its lock are those of another container's process."""
    inputs, out = write_checkpoints(tmp_path / "in", 1), tmp_path / "out"
    job = started(words(inputs, out))
    wait_for_work(out, job)
    os.killpg(job.pid, signal.SIGKILL)
    job.communicate()
    assert left_over(out, set())
    assert "which a killed run had left" in ended(words(inputs, out))
    assert left_over(out, {"net0"}) == []


STOPPED_IN_AN_IMPORT = """
import os, signal, sys
main_process = os.getpid()

class Stop:
    def find_spec(self, name, path, target=None):
        if name == sys.argv[1] and os.getpid() == main_process:
            os.kill(main_process, signal.SIGTERM)

sys.meta_path.insert(0, Stop())
from job.__main__ import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("module", ["numpy.lib.scimath", "job.publish.place", "job.parity.gate", "job.batch.rows"])
def test_stopped_while_it_imports(tmp_path, module):
    """A module that is imported by half is not to be had again: what the cleaning up needs must be whole."""
    inputs, out = write_checkpoints(tmp_path / "in", 1), tmp_path / "out"
    job = subprocess.run([sys.executable, "-c", STOPPED_IN_AN_IMPORT, module] + words(inputs, out), cwd=str(CHECKOUT),
                         stderr=subprocess.PIPE, universal_newlines=True)
    assert job.returncode == 143 and "stopped by SIGTERM" in job.stderr and "bug" not in job.stderr, job.stderr
    assert published(out) == {} and left_over(out, set()) == []


def test_the_clock_jumps_back(tmp_path):
    """By a day, during the run, and before the next."""
    inputs, out = write_checkpoints(tmp_path / "in", 2), tmp_path / "out"
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    environment = dict(os.environ, LD_PRELOAD=FAKETIME, FAKETIME_TIMESTAMP_FILE=str(clock), FAKETIME_NO_CACHE="1",
                       FAKETIME_DONT_FAKE_MONOTONIC="1")
    line = words(inputs, out, "--workers=1", "--timeout-per-checkpoint=300")
    job = started(line, env=environment)
    wait_for_work(out, job)
    clock.write_text("-1d\n")
    assert job.wait(LONGEST) == 0, job.communicate()[1]
    clock.write_text("-2d\n")
    assert ended(line, env=environment).count("current: ") == 2
    shutil.move(str(out), str(tmp_path / "jumped"))
    ended(line)
    assert published(out) == published(tmp_path / "jumped")


def test_no_network_and_nothing_but_the_output_and_the_temporary_folder_is_written_to(tmp_path):
    """All else is read-only, and the network is an empty one."""
    inputs, out, temporary = write_checkpoints(tmp_path / "in", 2), tmp_path / "out", tmp_path / "tmp"
    sealed = ["unshare", "--mount", "--net", "sh", "-ec",
              'mount --bind "$0" "$0"; mount --bind "$1" "$1"; mount -o remount,bind,ro /; shift; exec "$@"',
              str(out), str(temporary)]
    out.mkdir()
    temporary.mkdir()
    environment = dict(os.environ, TMPDIR=str(temporary), HOME="/nonexistent")
    refused = subprocess.run(sealed + ["touch", str(tmp_path / "elsewhere")], stderr=subprocess.PIPE)
    assert b"Read-only" in refused.stderr
    ended(words(inputs, out), prefix=sealed, env=environment)
    assert sorted(published(out)) == ["net0", "net1"] and left_over(out, {"net0", "net1"}) == []
    assert list(temporary.iterdir()) == []


def test_more_memory_than_there_is(tmp_path):
    """Of three checkpoints one takes more than the limit: killed by the system, and alone in that."""
    inputs, out = write_checkpoints(tmp_path / "in", 3), tmp_path / "out"
    (inputs / "net1.yaml").write_text("arch_args: {megabytes: 1500}\n")
    with memory_limit(800 << 20) as prefix:
        said = ended(words(inputs, out, "--workers=2"), 5, prefix=prefix)
    assert "SIGKILL" in said and "memory" in said
    assert sorted(published(out)) == ["net0", "net2"]


@pytest.mark.parametrize("megabytes", [200, 250, 300])
def test_less_memory_than_any_of_them_takes(tmp_path, megabytes):
    """Whatever part of it the system kills, it is said, nothing partial is there, and all is well where there is more."""
    inputs, out = write_checkpoints(tmp_path / "in", 3), tmp_path / "out"
    with memory_limit(megabytes << 20) as prefix:
        job = started(words(inputs, out), prefix=prefix)
        said = job.communicate(timeout=300)[1]
    rows = json.loads((out / "summary.json").read_text())["checkpoints"]
    assert {row["exit_code"] for row in rows} <= {0, 5, 75} and "bug" not in said, said
    assert all("memory" in said for row in rows if row["exit_code"])
    assert left_over(out, set(published(out))) == []
    ended(words(inputs, out))
    assert sorted(published(out)) == ["net0", "net1", "net2"]


def test_less_memory_than_two_at_a_time_take(tmp_path):
    """Each fits alone: half as many go on, and what was killed is tried again."""
    inputs, out = write_checkpoints(tmp_path / "in", 4), tmp_path / "out"
    for number in range(4):
        (inputs / "net{}.yaml".format(number)).write_text("arch_args: {megabytes: 700}\n")
    with memory_limit(1300 << 20) as prefix:
        said = ended(words(inputs, out, "--workers=4"), prefix=prefix)
    assert "once more at the end" in said
    assert len(published(out)) == 4
