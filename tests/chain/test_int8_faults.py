"""Faults of calibration and of weights that 8 bits cannot hold: none is published, and the report says where to look."""
import json
import subprocess

import numpy as np
import pytest
import torch
from PIL import Image
from tests.chain.digit_pictures import one_folder
from tests.running import DIGITS_NET, run_job

from job.demo.digits import training_pictures

FLAGS = (DIGITS_NET, "--input-shape=1,1,8,8", "--preprocess={channels: gray}", "--quantize=int8")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return one_folder(tmp_path_factory.mktemp("pictures"), training_pictures(), 40)


def convert(checkpoint, out, calibration, *words):
    return run_job("convert", checkpoint, "--output-dir={}".format(out), "--calibration={}".format(calibration), *FLAGS,
                   *words, stderr=subprocess.STDOUT)


def failure(job, out, code):
    assert job.returncode == code, job.stdout
    assert not (out / "digits").exists()
    return json.loads((out / ".failed" / "digits" / "parity.json").read_text())["first_failure"]


def arrays(folder, scale):
    folder.mkdir()
    for number, image in enumerate(training_pictures().images[:10]):
        np.save(str(folder / "{}.npy".format(number)), (image * scale).astype(np.float32)[np.newaxis])
    return folder


@pytest.mark.parametrize("scale", [1 / 255, 30])
def test_calibration_on_wrong_preprocessing(digits, tmp_path, scale):
    """Inputs that are not divided by 255, or twice."""
    found = failure(convert(digits, tmp_path / "out", arrays(tmp_path / "arrays", scale)), tmp_path / "out", 3)
    assert found["stage"] == "calibration" and "as what the network was trained on" in found["message"]
    assert "--preprocess" in found["hint"]


def test_calibration_on_other_preprocessing_than_that_of_the_samples(digits, pictures, tmp_path):
    job = convert(digits, tmp_path / "out", arrays(tmp_path / "arrays", 1 / 9), "--samples={}".format(pictures))
    found = failure(job, tmp_path / "out", 6)
    assert found["stage"] == "tflite.int8"
    ends, = [each for each in found["noise"] if (each["layer"], each["operator"]) == ("image_array", "QUANTIZE")]
    assert ends["own_snr_db"] == ends["snr_db"] < 30
    assert "--calibration" in found["hint"] and "--preprocess" in found["hint"]


@pytest.mark.parametrize("wrong", ["range: 1, std: 5"])
def test_what_may_be_another_kind_of_pictures_is_a_warning(digits, pictures, tmp_path, wrong):
    job = run_job("convert", digits, "--output-dir={}".format(tmp_path), "--calibration={}".format(pictures), DIGITS_NET,
                  "--input-shape=1,1,8,8", "--preprocess={channels: gray, std: 5}", stderr=subprocess.STDOUT)
    assert "as what the network was trained on" in job.stdout and "look at --preprocess" in job.stdout


def scaled(checkpoint, folder):
    """One channel between two residual blocks a thousand times as large, and all that reads it a thousandth.

    In float32 nothing else changes.
    """
    state = torch.load(str(checkpoint))
    for block in ("features.3", "features.4"):
        for name in ("weight", "bias"):
            state["{}.layers.8.{}".format(block, name)][5] *= 1000
    state["features.4.layers.0.weight"][:, 5] /= 1000
    state["classifier.weight"][:, 5] /= 1000
    torch.save(state, str(folder / "digits.pth"))
    return folder / "digits.pth"


def test_one_channel_scaled_by_1000(digits, pictures, tmp_path):
    job = convert(scaled(digits, tmp_path), tmp_path / "out", pictures)
    found = failure(job, tmp_path / "out", 6)
    assert found["stage"] == "tflite.int8" and "leave int8 out" in found["hint"]
    assert found["noise"][0]["layer"] == "features.3.layers.7"  # BatchNorm, which was scaled, is folded into it
    reaching = [each["output_snr_db"] for each in found["noise"]]
    assert reaching == sorted(reaching) and len(reaching) > 20
    assert found["message"].endswith("most noise comes from " + ", ".join(
        "{layer} ({operator}, {output_snr_db:.3g} dB)".format(**each) for each in found["noise"][:3]))


def test_black_pictures(digits, tmp_path):
    black = one_folder(tmp_path / "black", training_pictures(), 3, lambda image: 0 * image)
    found = failure(convert(digits, tmp_path / "out", black), tmp_path / "out", 3)
    assert found["stage"] == "calibration" and "one value throughout" in found["message"]


@pytest.mark.parametrize("copies", [1, 9])
def test_one_sample(digits, tmp_path, copies):
    """Also where it is there several times."""
    (tmp_path / "one").mkdir()
    for number in range(copies):
        Image.fromarray(np.round(training_pictures().images[0, 0] * 255).astype(np.uint8)).save(
            str(tmp_path / "one" / "{}.png".format(number)))
    found = failure(convert(digits, tmp_path / "out", tmp_path / "one"), tmp_path / "out", 3)
    assert found["stage"] == "calibration" and "the folder holds one sample" in found["message"]
