"""The demo as a newcomer runs it: real data, a trained network, published models that are as right as PyTorch."""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from job.demo.digits import held_out_pictures, share_right, training_pictures
from job.demo.show import demonstrate, output_folder
from job.errors import NoPermission
from job.settings.command_line import parsed
from job.settings.settings import run_settings

MODES = ["dynamic", "float16", "float32", "int8", "int8-io", "uint8-io"]
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A run without any flag, in an empty working folder."""
    folder = tmp_path_factory.mktemp("demo")
    out = folder / "pt2tflite-demo"
    done = subprocess.run([sys.executable, "-m", "job", "demo", "--output-dir={}".format(out)], cwd=str(folder),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=300,
                          env=dict(os.environ, PYTHONPATH=str(CHECKOUT)))
    assert done.returncode == 0, done.stderr
    return out, done


def test_it_publishes_what_convert_does(demo):
    out, _ = demo
    assert sorted(os.listdir(str(out))) == ["calibration", "digits", "digits.pth", "digits.yaml", "summary.json"]
    report = json.loads((out / "digits" / "parity.json").read_text())
    assert report["verdict"] == "passed"
    assert report["checkpoint"]["architecture"] == "model.py:digits_net"
    assert json.loads((out / "digits" / "interface.json").read_text())["labels"] == list("0123456789")


def test_it_tells_how_right_each_file_is(demo):
    rows = re.findall(r"^  (\S+) +([0-9.]+) %  \(([0-9.]+) to ([0-9.]+)\)$", demo[1].stdout, re.MULTILINE)
    shares = {name: float(share) for name, share, _, _ in rows}
    assert set(shares) == {"PyTorch"} | {"digits.{}.tflite".format(mode) for mode in MODES}
    assert all(float(low) < float(share) < float(high) for _, share, low, high in rows)
    assert shares["PyTorch"] >= 95
    assert shares["digits.float32.tflite"] == shares["PyTorch"]
    for mode in MODES:
        assert abs(shares["digits.{}.tflite".format(mode)] - shares["PyTorch"]) < 1.5


def test_its_stages_are_in_the_log(demo):
    stages = [line.split()[1] for line in demo[1].stderr.splitlines() if line.startswith("digits  ")]
    assert stages[0] == "train" and stages[-1] == "accuracy"
    assert "Traceback" not in demo[1].stderr and "Warning" not in demo[1].stderr


def test_training_and_held_out_pictures_share_none():
    train, held_out = training_pictures(), held_out_pictures()
    assert train.images.shape == (1437, 1, 8, 8) and held_out.images.shape == (360, 1, 8, 8)
    assert train.images.dtype == np.float32 and 0 == train.images.min() < train.images.max() == 1
    assert not {image.tobytes() for image in train.images} & {image.tobytes() for image in held_out.images}
    assert set(held_out.labels) == set(range(10))


def test_share_right():
    assert share_right(np.array([[0, 1], [1, 0], [0, 2], [3, 0]]), np.array([1, 0, 0, 0])) == 0.75


def test_a_missing_temporary_folder_is_told_of_before_it_trains(tmp_path, monkeypatch):
    def none():
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "gettempdir", none)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    with pytest.raises(NoPermission, match="temporary files"):
        demonstrate(run_settings(parsed(["demo", "--output-dir={}".format(tmp_path / "out")])), None, None)
    assert os.listdir(str(tmp_path / "out")) == []


def test_the_output_folder_is_the_one_named():
    assert output_folder(run_settings(parsed(["demo", "--output-dir=x"]))) == Path("x")
