"""--max-accuracy-drop through the whole job: what loses too much is not published, nor what could show no loss."""
import json
import subprocess

import numpy as np
import pytest
from tests.chain.digit_pictures import folder_per_class
from tests.running import DIGITS_NET, run_job

from job.demo.digits import held_out_pictures, training_pictures

FLAGS = (DIGITS_NET, "--input-shape=1,1,8,8", "--preprocess={channels: gray}")
ANYTHING = "--tolerance={int8: {snr_db: -300, snr_of_spread_db: -300, top1_loss: 9, own_probe: 0}}"


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    return folder_per_class(tmp_path_factory.mktemp("samples"), held_out_pictures(), 40)


def convert(checkpoint, out, *words):
    return run_job("convert", checkpoint, "--output-dir={}".format(out), *FLAGS, *words, stderr=subprocess.STDOUT)


def failed_report(job, out, code):
    assert job.returncode == code, job.stdout
    assert not (out / "digits").exists()
    return json.loads((out / ".failed" / "digits" / "parity.json").read_text())


def test_a_file_that_keeps_the_accuracy_is_published(digits, samples, tmp_path):
    (tmp_path / "in").mkdir()
    checkpoint = tmp_path / "in" / "digits.pth"
    checkpoint.write_bytes(digits.read_bytes())
    checkpoint.with_suffix(".yaml").write_text("max_accuracy_drop: 0.05\n")
    job = convert(checkpoint, tmp_path / "out", "--samples={}".format(samples))
    assert job.returncode == 0, job.stdout
    report = json.loads((tmp_path / "out" / "digits" / "parity.json").read_text())
    assert report["settings"]["max_accuracy_drop"] == 0.05
    pytorch, *files = report["accuracy"]["stages"]
    assert "drop" not in pytorch and [each["stage"] for each in files] == ["saved_model", "tflite.float32", "tflite.dynamic"]
    job = run_job("verify", tmp_path / "out", "--samples={}".format(samples), stderr=subprocess.STDOUT)
    assert job.returncode == 0 and "samples told right: saved_model {} of 40".format(pytorch["correct"]) in job.stdout
    for each in files:
        assert each["drop"] == (pytorch["correct"] - each["correct"]) / 40
        assert each["drop_interval_95"][0] < each["drop"] < each["drop_interval_95"][1]


def test_a_file_that_loses_accuracy_fails_the_checkpoint(digits, samples, tmp_path):
    """int8 with ranges for inputs a ninth as large, and every other limit out of the way."""
    (tmp_path / "calibration").mkdir()
    for number, image in enumerate(training_pictures().images[:10]):
        np.save(str(tmp_path / "calibration" / "{}.npy".format(number)), image / np.float32(9))
    words = ["--samples={}".format(samples), "--calibration={}".format(tmp_path / "calibration"), "--quantize=int8",
             ANYTHING]
    report = failed_report(convert(digits, tmp_path / "out", *words, "--max-accuracy-drop=0.1"), tmp_path / "out", 6)
    assert all(stage["passed"] for stage in report["stages"])
    failure = report["first_failure"]
    assert (failure["stage"], failure["output"], failure["exit_code"]) == ("tflite.int8", "category", 6)
    assert "of 40 samples right" in failure["message"] and "allowed 10 %" in failure["message"]
    assert "--max-accuracy-drop" in failure["hint"]
    lost = {stage["stage"]: stage.get("drop") for stage in report["accuracy"]["stages"]}
    assert lost["tflite.int8"] > 0.3 and lost["tflite.float32"] == 0
    assert convert(digits, tmp_path / "out", *words).returncode == 0  # nothing limits it
    assert_verify_tells_the_same(tmp_path / "out", samples)


def assert_verify_tells_the_same(out, samples):
    report = json.loads((out / "digits" / "parity.json").read_text())
    told = ["{stage} {correct} of {total}".format(**stage) for stage in report["accuracy"]["stages"][1:]]
    job = run_job("verify", out, "--samples={}".format(samples), stderr=subprocess.STDOUT)
    assert job.returncode == 0 and "samples told right: " + ", ".join(sorted(told)) in job.stdout, job.stdout
    job = run_job("verify", out, "--samples={}".format(samples), "--max-accuracy-drop=0.1", stderr=subprocess.STDOUT)
    assert job.returncode == 6 and "error: tflite.int8: tells" in job.stdout, job.stdout


def test_swapped_folders_are_refused(digits, samples, tmp_path):
    swapped = folder_per_class(tmp_path / "swapped", held_out_pictures(), 40, lambda label: str({3: 7, 7: 3}.get(label, label)))
    report = failed_report(convert(digits, tmp_path / "out", "--samples={}".format(swapped)), tmp_path / "out", 3)
    assert report["first_failure"]["stage"] == "samples"
    assert "the folders 3, 7 seem to be mixed up" in report["first_failure"]["message"]


def test_one_sample_shows_no_loss(digits, tmp_path):
    one = folder_per_class(tmp_path / "one", held_out_pictures(), 1)
    job = convert(digits, tmp_path / "out", "--samples={}".format(one), "--max-accuracy-drop=0.5")
    assert "no loss of accuracy would show" in failed_report(job, tmp_path / "out", 3)["first_failure"]["message"]


def test_samples_without_classes_have_no_accuracy_to_lose(digits, samples, tmp_path):
    job = convert(digits, tmp_path / "out", "--samples={}".format(samples / "3"), "--max-accuracy-drop=0.5")
    assert "in no class's folder" in failed_report(job, tmp_path / "out", 3)["first_failure"]["message"]
