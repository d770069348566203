"""float16 through the whole job: published, verified, and within limits of its own."""
import json
import shutil
import subprocess

from tests.published import Published
from tests.running import DIGITS_NET, run_job

FLAGS = (DIGITS_NET, "--input-shape=1,1,8,8", "--quantize=float16")


def convert(checkpoint, out, *words):
    return run_job("convert", checkpoint, "--output-dir={}".format(out), *FLAGS, *words, stderr=subprocess.STDOUT)


def test_it_is_published_and_verifies(digits, tmp_path):
    job = convert(digits, tmp_path)
    assert job.returncode == 0, job.stdout
    model = Published(tmp_path / "digits")
    assert model.modes == ["saved_model", "float32", "float16"]
    assert model.file("float16")[1]["minimum_runtime"] == "TensorFlow Lite 1.15.0"
    output, = [stage["outputs"][0] for stage in model.parity["stages"] if stage["stage"] == "tflite.float16"]
    assert output["passed"] and 45 < output["snr_db"] < 100 and output["probes"] == 8
    job = run_job("verify", tmp_path, stderr=subprocess.STDOUT)
    assert job.returncode == 0, job.stdout


def test_a_replaced_file_does_not_verify(digits, tmp_path):
    assert convert(digits, tmp_path).returncode == 0
    folder = tmp_path / "digits"
    shutil.copy(str(folder / "digits.float32.tflite"), str(folder / "digits.float16.tflite"))
    job = run_job("verify", tmp_path, stderr=subprocess.STDOUT)
    assert job.returncode == 6 and "digits.float16.tflite" in job.stdout


def test_a_limit_that_it_does_not_keep_names_the_layers(digits, tmp_path):
    job = convert(digits, tmp_path, "--tolerance={float16: {snr_db: 120}}")
    assert job.returncode == 6, job.stdout
    found = json.loads((tmp_path / ".failed" / "digits" / "parity.json").read_text())["first_failure"]
    assert found["stage"] == "tflite.float16" and "half precision costs this model too much" in found["hint"]
    assert len(found["noise"]) > 20 and 40 < found["noise"][0]["output_snr_db"] < 120
