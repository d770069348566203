"""Faults planted on purpose: each ends with exit 6, names the stage and, where it is a layer's, the layer."""
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from tests.chain.faulty_network import network

CHECKOUT = Path(__file__).resolve().parents[2]

FLAGS = ["--model-code=tests/chain/faulty_network.py:FaultyNetwork", "--input-shape=1,3,12,20"]


class Fault(NamedTuple):
    name: str
    stage: str
    layer: str
    words: str  # of the message


FAULTS = (
    Fault("changed-weight", "keras", "body", "max error"),
    Fault("swapped-axes", "keras", "head", "max error"),
    Fault("changed-onnx-weight", "onnx", "head", "max error"),
    Fault("padding-off-by-one", "keras", "stem", "max error"),
    Fault("no-epsilon", "onnx", "norm", "max error"),
    Fault("relu-for-relu6", "keras", "six", "max error"),
    Fault("dropped-bias", "keras", "head", "max error"),
    Fault("another-probes-answer", "tflite.dynamic", None, "nearest to the reference's answer to the same probe"),
)


def run(*words):
    return subprocess.run([sys.executable, "-m"] + list(map(str, words)), cwd=str(CHECKOUT),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)


def write_checkpoint(folder, change=None):
    """The network's weights as a file, one entry changed in place by ``change`` where it is given."""
    state_dict = network().state_dict()
    if change:
        change(state_dict)
    torch.save(state_dict, str(folder / "net.pth"))
    return folder / "net.pth"


def failure(job, output_dir):
    """first_failure of the report of a run that must have failed the gate, and published nothing."""
    assert job.returncode == 6, job.stdout
    assert not (output_dir / "net").exists()
    report = json.loads((output_dir / ".failed" / "net" / "parity.json").read_text())
    assert report["verdict"] == "failed"
    return report["first_failure"]


def convert(module, checkpoint, output_dir, *before):
    return run(module, *before, "convert", checkpoint, "--output-dir={}".format(output_dir), *FLAGS)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The network without a fault: it passes every gate."""
    folder = tmp_path_factory.mktemp("published")
    job = convert("job", write_checkpoint(folder), folder / "out")
    assert job.returncode == 0, job.stdout
    return folder / "out"


def test_without_a_fault_every_stage_passes(published):
    report = json.loads((published / "net" / "parity.json").read_text())
    assert report["verdict"] == "passed"
    assert all(stage["passed"] for stage in report["stages"]) and len(report["stages"]) == 6
    assert json.loads((published / "net" / "run.json").read_text())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_fails_the_gate(fault, tmp_path):
    job = convert("tests.chain.planted", write_checkpoint(tmp_path), tmp_path / "out", fault.name)
    found = failure(job, tmp_path / "out")
    assert (found["stage"], found["output"], found["layer"]) == (fault.stage, "category", fault.layer)
    assert fault.words in found["message"] and fault.words in job.stdout


def test_a_fault_below_the_gate_is_a_warning(tmp_path, published):
    job = convert("tests.chain.planted", write_checkpoint(tmp_path), tmp_path / "out", "hardly-changed-weight")
    assert job.returncode == 0, job.stdout
    report = json.loads((tmp_path / "out" / "net" / "parity.json").read_text())
    assert [warning["stage"] for warning in report["warnings"]] == ["keras", "saved_model", "tflite.float32"]
    assert "warning: keras: output `category` is within the limits, but" in job.stdout
    assert json.loads((published / "net" / "parity.json").read_text())["warnings"] == []


def spoil_weight(state_dict):
    state_dict["body.weight"][2, 1, 0, 2] = float("nan")


def silence_head(state_dict):
    state_dict["head.weight"].zero_()


@pytest.mark.parametrize("change, words, flags", [
    (spoil_weight, "NaN and 0 infinite values; NaN is in body.weight", ()),
    (spoil_weight, "NaN and 0 infinite values; NaN is in body.weight", ("--quantize=int8",)),
    (silence_head, "alike", ()), (silence_head, "alike", ("--quantize=int8",))])
def test_a_reference_that_shows_nothing_fails_the_gate(change, words, flags, tmp_path):
    """Of int8 too, for which no ranges can be taken from NaN: no sample is to blame for it."""
    checkpoint, out = write_checkpoint(tmp_path, change), "--output-dir={}".format(tmp_path / "out")
    job = run("job", "convert", checkpoint, out, *FLAGS, *flags)
    found = failure(job, tmp_path / "out")
    assert (found["stage"], found["output"], found["layer"]) == ("pytorch", "category", None)
    assert words in found["message"]


def test_a_failed_gate_leaves_the_published_model(published, tmp_path):
    shutil.copytree(str(published), str(tmp_path / "out"))
    before = (tmp_path / "out" / "net" / "SHA256SUMS").read_text()
    job = convert("job", write_checkpoint(tmp_path, spoil_weight), tmp_path / "out")
    assert job.returncode == 6, job.stdout
    assert (tmp_path / "out" / "net" / "SHA256SUMS").read_text() == before


def replaced_tflite(published, tmp_path):
    """A copy of what was published whose float32 file is another network's."""
    output_dir = tmp_path / "copy"
    shutil.copytree(str(published), str(output_dir))
    other = write_checkpoint(tmp_path, lambda state_dict: state_dict["head.bias"].add_(0.5))
    assert convert("job", other, tmp_path / "other").returncode == 0
    shutil.copy(str(tmp_path / "other" / "net" / "net.float32.tflite"), str(output_dir / "net"))
    return output_dir


def replace_checksum(model):
    sums = model / "SHA256SUMS"
    kept = [line for line in sums.read_text().splitlines() if not line.endswith("net.float32.tflite")]
    digest = hashlib.sha256((model / "net.float32.tflite").read_bytes()).hexdigest()
    sums.write_text("\n".join(kept + ["{}  net.float32.tflite".format(digest)]) + "\n")


def test_verify_passes_what_was_published(published):
    job = run("job", "verify", published)
    assert job.returncode == 0, job.stdout


def test_verify_finds_a_replaced_tflite(published, tmp_path):
    output_dir = replaced_tflite(published, tmp_path)
    job = run("job", "verify", output_dir)
    assert job.returncode == 6 and "net.float32.tflite" in job.stdout
    assert "hint: convert the checkpoint again with --force" in job.stdout
    assert job.stdout.splitlines()[-1].startswith("1 failed; exit code 6 is of net: not what was published")


def test_verify_finds_a_replaced_tflite_whose_checksum_was_replaced_too(published, tmp_path):
    output_dir = replaced_tflite(published, tmp_path)
    replace_checksum(output_dir / "net")
    job = run("job", "verify", output_dir)
    assert job.returncode == 6 and "tflite.float32: output `category` differs" in job.stdout


@pytest.mark.parametrize("kept", [0, 7, 600])
def test_verify_finds_a_broken_tflite_whose_checksum_was_replaced_too(published, tmp_path, kept):
    shutil.copytree(str(published), str(tmp_path / "copy"))
    file = tmp_path / "copy" / "net" / "net.float32.tflite"
    file.write_bytes(file.read_bytes()[:kept])
    replace_checksum(file.parent)
    job = run("job", "verify", tmp_path / "copy")
    assert job.returncode == 6 and "its file cannot be run" in job.stdout and "Traceback" not in job.stdout
