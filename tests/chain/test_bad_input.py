"""Bad input through the whole job: the right code, one clear message, no traceback, nothing left."""
import ctypes
import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest
import torch

from job.demo.model import digits_net
from tests.running import DIGITS_NET, run_job

SHAPE = "--input-shape=1,1,8,8"
FAILURE = (".failed/net/parity.json", ".failed/net/report.html")
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2  # linux/prctl.h, linux/capability.h
root_only = pytest.mark.skipif(os.getuid() != 0, reason="mounting takes root")


def convert(checkpoint, out, *words, **options):
    return run_job("convert", checkpoint, "--output-dir={}".format(out), *words, **options)


def check(done, code, *said):
    assert done.returncode == code, done.stderr
    assert done.stderr.count("error: ") == 1 and done.stderr.count("  hint: ") == 1
    assert "Traceback" not in done.stderr
    for words in said:
        assert words in done.stderr


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def state():
    torch.manual_seed(0)
    return digits_net().state_dict()


@pytest.fixture
def checkpoint(tmp_path, state):
    torch.save(state, str(tmp_path / "net.pth"))
    return tmp_path / "net.pth"


def test_a_shard_alone_is_to_be_retried_while_a_copy_may_go_on(tmp_path, state):
    """Its index is the last that comes, in the order of names."""
    shard = tmp_path / "net-00001-of-00002.bin"
    torch.save({key: state[key] for key in list(state)[:3]}, str(shard))
    done = convert(shard, tmp_path / "out", DIGITS_NET, SHAPE)
    check(done, 75, "net-00001-of-00002.bin is called like one of several shards, and no index names it yet")


def test_files_that_are_no_checkpoints_beside_a_good_one(tmp_path, checkpoint, state):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    whole = checkpoint.read_bytes()
    for name, content in {"empty": b"", "half": whole[:len(whole) // 2], "few": whole[:100], "random": os.urandom(5000),
                          "text": b"not a checkpoint\n", "zeros": bytes(5000), "good": whole}.items():
        (folder / (name + ".pth")).write_bytes(content)
    done = run_job("convert", "--input-dir={}".format(folder), "--output-dir={}".format(out), DIGITS_NET, SHAPE)
    assert done.returncode == 3 and "Traceback" not in done.stderr
    rows = {row["name"]: row for row in json.loads((out / "summary.json").read_text())["checkpoints"]}
    assert {name: row["exit_code"] for name, row in rows.items()} == {
        "empty": 3, "few": 3, "good": 0, "half": 3, "random": 3, "text": 3, "zeros": 3}
    for name, row in rows.items():
        if name != "good":
            assert row["stage"] == "checkpoint" and name + ".pth" in row["message"]
            assert files_in(out / ".failed" / name) == ["parity.json", "report.html"]
            report = json.loads((out / ".failed" / name / "parity.json").read_text())
            assert report["first_failure"]["exit_code"] == 3 and report["first_failure"]["hint"]
    assert sorted(os.listdir(str(out))) == [".failed", "good", "summary.json"]


def test_a_folder_for_a_file(tmp_path):
    (tmp_path / "net.pth").mkdir()
    check(convert(tmp_path / "net.pth", tmp_path / "out", DIGITS_NET, SHAPE), 3, "net.pth is a folder, not a checkpoint")


def test_a_missing_file(tmp_path):
    check(convert(tmp_path / "net.pth", tmp_path / "out", DIGITS_NET, SHAPE), 2, "there is no such checkpoint")
    assert not (tmp_path / "out").exists()


def test_another_architecture_names_every_key(tmp_path, checkpoint, state):
    done = convert(checkpoint, tmp_path / "out", "--arch=squeezenet1_1")
    check(done, 3, "missing features.12.expand3x3.bias", "missing classifier.1.weight")
    assert all(" " + key + " " in done.stderr for key in state if not key.endswith("num_batches_tracked"))
    assert files_in(tmp_path / "out") == [*FAILURE, "summary.json"]


def test_missing_extra_and_misshaped_keys_are_named_at_once(tmp_path, state):
    changed = dict(state)
    changed["clasifier.weight"] = changed.pop("classifier.weight")
    changed["features.0.weight"] = torch.zeros(16, 3, 3, 3)
    changed["head.bias"] = torch.zeros(7)
    torch.save(changed, str(tmp_path / "net.pth"))
    done = convert(tmp_path / "net.pth", tmp_path / "out", DIGITS_NET, SHAPE)
    check(done, 3, "classifier.weight [10, 24] (nearest: clasifier.weight)", "unexpected head.bias [7]")
    line = next(line for line in done.stderr.splitlines() if "features.0.weight" in line)
    assert "16, 3, 3, 3" in line and "16, 1, 3, 3" in line


@pytest.mark.parametrize("shape", ["1,3,8,8", "1,64", "1,1,8"])
def test_a_wrong_input_shape(tmp_path, checkpoint, shape):
    done = convert(checkpoint, tmp_path / "out", DIGITS_NET, "--input-shape=" + shape)
    check(done, 3, "--input-shape=", shape.replace(",", ", "))
    assert files_in(tmp_path / "out") == [*FAILURE, "summary.json"]


def test_an_input_the_network_does_not_take(tmp_path):
    from tests.models import write_seeded_checkpoint

    path = write_seeded_checkpoint(tmp_path / "net.pth", "resnet18")
    check(convert(path, tmp_path / "out", "--arch=resnet18", "--input-shape=1,4,64,64"), 3, "--input-shape=")


def test_a_bad_sidecar_fails_its_own_checkpoint_only(tmp_path, checkpoint, state):
    torch.save(state, str(tmp_path / "other.pth"))
    (tmp_path / "net.yaml").write_text("model_code: net.py:make\n")
    out = tmp_path / "out"
    done = convert(checkpoint, out, tmp_path / "other.pth", DIGITS_NET, SHAPE)
    check(done, 3, "net.yaml: model_code: can only be given on the command line")
    assert sorted(os.listdir(str(out))) == [".failed", "other", "summary.json"]
    assert json.loads((out / ".failed" / "net" / "parity.json").read_text())["first_failure"]["exit_code"] == 3


BUILDER = "arch: resnet18\narch_args: {depth: 9}\n"
NAMES = "output_names: [a, b]\n"


@pytest.mark.parametrize("written, words, code, said", [
    (BUILDER, [SHAPE], 3, "net.yaml: resnet18 cannot be built"),
    (BUILDER, [SHAPE, "--arch-args={depth: 9}"], 2, "cannot be built"),
    (NAMES, [SHAPE, DIGITS_NET], 3, "net.yaml: the network has 1 outputs, 2 are named: a, b"),
    (NAMES, [SHAPE, DIGITS_NET, "--output-names=c,d,e"], 2, "the network has 1 outputs, 3 are named"),
    ("input_names: [x]\noutput_names: [x]\n", [SHAPE, DIGITS_NET], 3, "net.yaml: x is the name of an input and of an output"),
    ("input_names: [x]\n", [SHAPE, DIGITS_NET, "--input-names=y", "--output-names=y"], 2, "is the name of an input"),
])
def test_what_only_a_sidecar_says_is_no_wrong_flag(tmp_path, checkpoint, written, words, code, said):
    (tmp_path / "net.yaml").write_text(written)
    done = convert(checkpoint, tmp_path / "out", *words)
    assert done.returncode == code and said in done.stderr
    assert ("net.yaml" in done.stderr) == (code == 3)


@pytest.fixture
def small_volume():
    """A volume of 100 kB: less than one conversion takes."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        subprocess.check_call(["mount", "-t", "tmpfs", "-o", "size=100k,mode=1777", "none", folder])
        try:
            yield Path(folder)
        finally:
            subprocess.check_call(["umount", folder])


@root_only
def test_a_full_disk(checkpoint, small_volume):
    check(convert(checkpoint, small_volume, DIGITS_NET, SHAPE), 75, "No space left on device")
    assert not [name for name in files_in(small_volume) if name not in ("summary.json", *FAILURE)]


@root_only
def test_a_read_only_output_folder(checkpoint, small_volume):
    subprocess.check_call(["mount", "-o", "remount,ro", str(small_volume)])
    check(convert(checkpoint, small_volume, DIGITS_NET, SHAPE), 2, "output folder cannot be written to", "--user", "fsGroup")


def without_override():
    """Of root's rights, take those by which permissions of files do not count: others have none of them anyway."""
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def test_no_permission(tmp_path, checkpoint):
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    done = convert(checkpoint, out, DIGITS_NET, SHAPE, preexec_fn=without_override)
    check(done, 2, "cannot be written to by user", "--user", "fsGroup")
    done = convert(checkpoint, out / "new", DIGITS_NET, SHAPE, preexec_fn=without_override)
    check(done, 2, "making the output folder", "Permission denied", "--user")
    assert files_in(out) == []
    checkpoint.chmod(0o000)
    done = convert(checkpoint, tmp_path / "other", DIGITS_NET, SHAPE, preexec_fn=without_override)
    check(done, 2, "ermission", "net.pth", "--user")
    assert files_in(tmp_path / "other") == [*FAILURE, "summary.json"]


def test_no_permission_to_look_into_the_input_folder(tmp_path):
    (tmp_path / "in").mkdir(mode=0o000)
    done = run_job("convert", "--input-dir={}".format(tmp_path / "in"), "--output-dir={}".format(tmp_path / "out"),
                   preexec_fn=without_override)
    check(done, 2, "Permission denied", str(tmp_path / "in"))
    assert not (tmp_path / "out").exists()
