"""--trust-pickle: what our own readers refuse, PyTorch loads; log and report say so."""

import json
import os
import subprocess
import sys
import warnings
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from job.checkpoint.reading import read_checkpoint
from job.errors import BadCheckpoint
from tests.checkpoints.files import called, dictionary, integer, legacy, named, tensor, text, zipped
from tests.checkpoints.trusted_class import Weight

FIXTURES = Path(__file__).parent / "fixtures"
CHECKOUT = Path(__file__).parents[2]


def own_class(path: Path) -> Path:
    torch.save({"epoch": 3, "model": OrderedDict(a=torch.ones(2, 3), b=Weight([1, 2.5]))}, str(path))
    return path


def in_a_zip(path: Path) -> Path:
    """The same in the format of today, which PyTorch 1.1 neither writes nor reads."""
    place = "tests.checkpoints.trusted_class."
    packed = named(place + "Packed") + b")\x81" + text("1,2.5") + b"b"
    half = tensor()
    weights = dictionary(a=half, b=called(place + "unpacked", packed))
    return zipped(path, dictionary(epoch=integer(3), model=weights))


@pytest.mark.parametrize("write", [own_class, in_a_zip])
def test_pytorch_loads_what_is_refused_otherwise(tmp_path, write):
    path = write(tmp_path / "model.pth")
    with pytest.raises(
        BadCheckpoint, match=r"need what is not read.*b \(tests.checkpoints.trusted_class.unpacked\)"
    ):
        read_checkpoint(path)
    checkpoint = read_checkpoint(path, trust_pickle=True)
    np.testing.assert_array_equal(checkpoint.tensors["b"], np.float32([1, 2.5]))
    assert list(checkpoint.tensors) == ["a", "b"] and checkpoint.tensors["a"].shape == (2, 3)
    assert checkpoint.format == "pickle" and "ran what is in it" in checkpoint.notes[0]


def test_storages_of_a_zip_are_shared_and_typed(tmp_path):
    path = in_a_zip(tmp_path / "model.pth")
    np.testing.assert_array_equal(read_checkpoint(path, trust_pickle=True).tensors["a"].ravel(), np.arange(6))


def test_a_whole_module_becomes_its_state_dict(tmp_path):
    path = tmp_path / "model.pth"
    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.save({"net": network, "w": Weight([1])}, str(path))
    checkpoint = read_checkpoint(path, "net", trust_pickle=True)
    assert list(checkpoint.tensors) == list(network.state_dict())


@pytest.mark.parametrize(
    "name", ["torch-1.1.0-trainer.pth", "torch-2.13.0-trainer.pth", "torch-2.13.0-plain.safetensors"]
)
def test_what_can_be_read_without_is_read_without(name):
    plain = read_checkpoint(FIXTURES / name)
    trusting = read_checkpoint(FIXTURES / name, trust_pickle=True)
    assert trusting.notes == plain.notes and trusting.format == plain.format


def test_what_pytorch_cannot_load_either_says_both(tmp_path):
    path = legacy(tmp_path / "model.pth", dictionary(a=tensor(), b=called("no_such_module.make")))
    with pytest.raises(
        BadCheckpoint, match="no_such_module.make.*PyTorch cannot load it either.*no_such_module"
    ):
        read_checkpoint(path, trust_pickle=True)


def test_a_damaged_file_stays_a_bad_checkpoint(tmp_path):
    for name in ("torch-1.1.0-plain.pth", "torch-2.13.0-plain.pth"):
        path = tmp_path / name
        path.write_bytes((FIXTURES / name).read_bytes()[:-40])
        with pytest.raises(BadCheckpoint, match="cannot load it either"):
            read_checkpoint(path, trust_pickle=True)


NET = """
import torch

def make():
    network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    return network
"""


def converted(folder: Path, *flags: str) -> "subprocess.CompletedProcess":
    command = [
        sys.executable,
        "-m",
        "job",
        "convert",
        str(folder / "in/net.pth"),
        "--model-code",
        str(folder / "net.py:make"),
        "--input-shape=1,3",
        "--quantize=none",
        "--output-dir",
        str(folder / "out"),
    ] + list(flags)
    environment = dict(os.environ, PYTHONPATH=str(CHECKOUT))
    return subprocess.run(
        command,
        cwd=str(folder),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )


def test_the_whole_job(tmp_path):
    """Refused, not trusted because a sidecar says so, and converted with a warning in log and report."""
    (tmp_path / "in").mkdir()
    (tmp_path / "net.py").write_text(NET)
    weights = OrderedDict(
        (key, value)
        for key, value in torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
        .state_dict()
        .items()
    )
    weights["2.bias"] = Weight([0.5, -0.25])
    torch.save(weights, str(tmp_path / "in/net.pth"))
    assert converted(tmp_path).returncode == 3
    (tmp_path / "in/net.yaml").write_text("trust_pickle: true\n")
    assert converted(tmp_path).returncode == 3
    (tmp_path / "in/net.yaml").unlink()
    trusting = converted(tmp_path, "--trust-pickle")
    assert trusting.returncode == 0, trusting.stdout
    assert "can run any code here" in trusting.stdout and "ran what is in it" in trusting.stdout
    report = json.loads((tmp_path / "out/net/parity.json").read_text())
    assert "--trust-pickle: PyTorch loaded this file" in report["checkpoint"]["notes"][0]
    assert report["settings"]["trust_pickle"] is True
