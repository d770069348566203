"""A checkpoint whose network nobody names, through the whole job."""
import json
from collections import OrderedDict

import pytest
import torch

from tests.models import seeded_module
from tests.published import convert
from tests.running import run_job

ARCH, SHAPE = "shufflenet_v2_x0_5", (1, 3, 64, 96)
NOTE = "recognised as shufflenet_v2_x0_5 by the names and shapes of 282 tensors: num_classes 7"

REPORTS = ("parity.json", "provenance.json", "report.html")  # they say how the network was known


@pytest.fixture(scope="module")
def weights():
    return seeded_module(ARCH, shape=SHAPE, num_classes=7).state_dict()


@pytest.fixture
def checkpoint(tmp_path, weights):
    """As a trainer writes it."""
    wrapped = OrderedDict(("module." + key, value) for key, value in weights.items())
    torch.save({"epoch": 3, "state_dict": wrapped}, str(tmp_path / "net.pth"))
    return tmp_path / "net.pth"


def test_it_converts(tmp_path, checkpoint):
    published = convert(checkpoint, tmp_path / "out", "--quantize=none")
    assert published.parity["verdict"] == "passed"
    assert published.parity["checkpoint"]["architecture"] == ARCH
    assert NOTE in published.parity["checkpoint"]["notes"]
    given, = published.file("float32")[1]["inputs"]
    assert (given["name"], given["shape"]) == ("image_array", [1, 224, 224, 3])


def test_a_calibration_that_no_mode_takes_is_told(tmp_path, checkpoint):
    (tmp_path / "pictures").mkdir()
    done = run_job("convert", checkpoint, "--output-dir={}".format(tmp_path / "out"), "--input-shape=1,3,32,48",
                   "--calibration={}".format(tmp_path / "pictures"), "--quantize=none")
    assert done.returncode == 0 and "warning: --calibration is not used" in done.stderr


def test_a_name_without_an_input_is_wrong_usage(tmp_path, checkpoint):
    done = run_job("convert", checkpoint, "--output-dir={}".format(tmp_path / "out"), "--input-names=image,mask")
    assert done.returncode == 2 and "1 input shapes, 2 input names: image, mask" in done.stderr
    assert not (tmp_path / "out" / "net").exists()


def test_labels_for_other_than_its_scores_are_refused(tmp_path, checkpoint):
    checkpoint.with_suffix(".yaml").write_text("labels: [cat, dog]")
    done = run_job("convert", checkpoint, "--output-dir={}".format(tmp_path / "out"))
    assert done.returncode == 3 and "labels: 2, and category has 7 scores" in done.stderr
    assert not (tmp_path / "out" / "net").exists()


def test_the_same_bytes_as_with_its_name(tmp_path, checkpoint):
    recognised = convert(checkpoint, tmp_path / "recognised", "--input-shape=1,3,64,96")
    named = convert(checkpoint, tmp_path / "named", "--input-shape=1,3,64,96", "--arch=" + ARCH)
    sums = [{line for line in (each.folder / "SHA256SUMS").read_text().splitlines()
             if not line.endswith(REPORTS)} for each in (recognised, named)]
    assert sums[0] == sums[1] and len(sums[0]) >= 6


def test_inspect_shows_the_evidence(checkpoint):
    done = run_job("inspect", checkpoint)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-4:] == [
        "recognised as shufflenet_v2_x0_5: ShuffleNetV2, as torchvision 0.3.0 builds it",
        "  all its 282 names and shapes are the checkpoint's",
        "  num_classes 7, by fc.weight",
        "  its input is 1x3x224x224 where nothing else is said"]


def test_one_that_fits_none(tmp_path, weights):
    torch.save(OrderedDict((key, value) for key, value in weights.items() if key != "fc.bias"), str(tmp_path / "net.pth"))
    inspected = run_job("inspect", tmp_path / "net.pth")
    assert inspected.returncode == 0, inspected.stderr
    done = run_job("convert", tmp_path / "net.pth", "--output-dir={}".format(tmp_path / "out"))
    assert done.returncode == 3 and "Traceback" not in done.stderr
    row, = json.loads((tmp_path / "out/summary.json").read_text())["checkpoints"]
    failed = json.loads((tmp_path / "out/.failed/net/parity.json").read_text())
    for said in ("no known architecture has just these", "  near shufflenet_v2_x0_5: 281 of its 282 names and shapes fit",
                 "  missing fc.bias [7]"):
        assert said in inspected.stdout and said in done.stderr and said in row["message"]
        assert said in failed["first_failure"]["message"]
    assert "hint: name the network with --arch=NAME" in done.stderr and ".onnx file that torch.onnx.export makes" in done.stderr
    assert inspected.stdout.splitlines()[-1].startswith("hint: name the network with --arch=NAME")
