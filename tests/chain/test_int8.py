"""int8 through the whole job: calibrated with the user's own inputs, judged on them, or refused."""
import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image
from tests.published import Published
from tests.running import DIGITS_NET, run_job

from job.demo.digits import held_out_pictures, training_pictures
from job.report.documents import schema

FLAGS = (DIGITS_NET, "--input-shape=1,1,8,8", "--preprocess={channels: gray}")


def convert(checkpoint, out, *words):
    return run_job("convert", checkpoint, "--output-dir={}".format(out), *FLAGS, *words, stderr=subprocess.STDOUT)


def published(job, out):
    assert job.returncode == 0, job.stdout
    for document in ("parity", "interface"):
        read = json.loads((out / "digits" / (document + ".json")).read_text())
        jsonschema.validate(read, schema(document), cls=jsonschema.Draft7Validator)
    return Published(out / "digits")


def failure(job, out):
    assert not (out / "digits").exists()
    return json.loads((out / ".failed" / "digits" / "parity.json").read_text())["first_failure"]


def int8_bytes(out):
    return (out / "digits" / "digits.int8.tflite").read_bytes()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for number, image in enumerate(training_pictures().images[:40]):
        Image.fromarray(np.round(image[0] * 255).astype(np.uint8)).save(str(folder / "{:02d}.png".format(number)))
    return folder


@pytest.fixture
def copied(pictures, tmp_path):
    """The same pictures, for a test to add to."""
    return Path(shutil.copytree(str(pictures), str(tmp_path / "copied")))


@pytest.fixture(scope="module")
def job_and_folder(digits, pictures, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    return convert(digits, out, "--calibration={}".format(pictures)), out


@pytest.fixture(scope="module")
def calibrated(job_and_folder):
    job, out = job_and_folder
    return published(job, out), out


def test_calibration_data_asks_for_int8(calibrated):
    model, _ = calibrated
    assert model.modes == ["saved_model", "float32", "dynamic", "int8"]
    calibration = dict(model.parity["calibration"])
    assert 0.3 < calibration.pop("training_spread") < 3
    assert calibration == {
        "source": "folder", "samples_found": 40, "samples_used": 32, "samples_held_out": 8, "skipped": []}
    stages = {stage["stage"]: stage for stage in model.parity["stages"]}
    assert stages["tflite.int8"]["passed"] and stages["tflite.int8"]["outputs"][0]["snr_db"] > 15


def test_it_takes_and_gives_float_and_computes_in_8_bits_inside(calibrated, job_and_folder):
    model, _ = calibrated
    _, entry = model.file("int8")
    assert [tensor["dtype"] for tensor in entry["inputs"] + entry["outputs"]] == ["float32", "float32"]
    assert entry["operators"]["QUANTIZE"] and entry["operators"]["DEQUANTIZE"]
    assert model.parity["float_operators"] == {"tflite.int8": entry["float_operators"]}
    assert entry["float_operators"] == {} and "compute in float" not in job_and_folder[0].stdout


def test_verify_asks_within_the_range_that_it_was_calibrated_for(calibrated):
    model, out = calibrated
    low, high = model.file("int8")[1]["input_ranges"]["image_array"]
    assert low == 0 and 0.97 <= high <= 1.03
    job = run_job("verify", out, stderr=subprocess.STDOUT)
    assert job.returncode == 0, job.stdout


def test_held_out_digits_are_told_as_the_float_file_tells_them(calibrated):
    model, _ = calibrated
    images = held_out_pictures().images[:100, np.newaxis]
    told = {mode: [model.answer(mode, image).argmax() for image in images] for mode in ("float32", "int8")}
    assert np.mean(np.equal(told["float32"], told["int8"])) >= 0.98


def test_the_order_of_the_files_does_not_matter(digits, pictures, calibrated, tmp_path):
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for number, file in enumerate(sorted(pictures.iterdir())):
        shutil.copyfile(str(file), str(shuffled / "{:02d}.png".format(number * 7 % 40)))
    published(convert(digits, tmp_path / "out", "--calibration={}".format(shuffled)), tmp_path / "out")
    assert int8_bytes(tmp_path / "out") == int8_bytes(calibrated[1])


def test_fewer_when_fewer_are_asked_for(digits, pictures, tmp_path):
    model = published(convert(digits, tmp_path, "--calibration={}".format(pictures), "--calibration-count=1"), tmp_path)
    assert (model.parity["calibration"]["samples_found"], model.parity["calibration"]["samples_used"]) == (40, 1)


def test_without_calibration_data_it_says_that_its_figures_are_not_of_real_data(digits, tmp_path):
    job = convert(digits, tmp_path, "--quantize=int8", "--tolerance={int8: {top1_loss: 0.3}}")
    model = published(job, tmp_path)
    assert "no real data" in job.stdout and model.parity["calibration"]["source"] == "probes"
    assert model.modes == ["saved_model", "float32", "int8"]


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_a_corrupt_picture_is_named(digits, copied, content, tmp_path):
    (copied / "bad.png").write_bytes(content)
    job = convert(digits, tmp_path / "out", "--calibration={}".format(copied))
    assert job.returncode == 3, job.stdout
    said = failure(job, tmp_path / "out")
    assert said["stage"] == "calibration" and "bad.png" in said["message"] and "--skip-bad-images" in said["hint"]


def test_corrupt_pictures_are_left_out_and_listed_where_that_is_asked_for(digits, copied, calibrated, tmp_path):
    (copied / "bad.png").write_bytes(b"not a picture")
    (copied / "notes.txt").write_text("none either")
    job = convert(digits, tmp_path / "out", "--calibration={}".format(copied), "--skip-bad-images")
    model = published(job, tmp_path / "out")
    assert [each.split()[0] for each in model.parity["calibration"]["skipped"]] == ["notes.txt", "bad.png"]
    assert "left out: bad.png" in job.stdout
    assert int8_bytes(tmp_path / "out") == int8_bytes(calibrated[1])


def test_an_empty_folder_is_refused(digits, tmp_path):
    (tmp_path / "empty").mkdir()
    job = convert(digits, tmp_path / "out", "--calibration={}".format(tmp_path / "empty"))
    assert job.returncode == 3 and failure(job, tmp_path / "out")["stage"] == "calibration"
