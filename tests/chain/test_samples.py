"""The user's own inputs through the whole job: probes of every stage, and accuracy before and after."""
import json
import subprocess

import jsonschema
import numpy as np
import pytest
import torch
from PIL import Image

from job.demo.digits import held_out_pictures
from job.report.documents import schema
from tests.running import DIGITS_NET, run_job

TWO_INPUTS = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = torch.nn.Linear(4, 9), torch.nn.Conv2d(3, 9, 3)
    def forward(self, left, right):
        return self.left(left) + self.right(right).mean(3).mean(2)
"""


def convert(checkpoint, out, *words):
    return run_job("convert", checkpoint, "--output-dir={}".format(out), *words, stderr=subprocess.STDOUT)


def report(job, out, name="digits"):
    assert job.returncode == 0, job.stdout
    read = json.loads((out / name / "parity.json").read_text())
    jsonschema.validate(read, schema("parity"), cls=jsonschema.Draft7Validator)
    return read


def sample_names(read):
    return [probe["name"] for probe in read["probes"] if probe["name"].startswith("sample:")]


def asked(read):
    """How many probes each stage answered."""
    return {stage["stage"]: stage["outputs"][0]["probes"] for stage in read["stages"]}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Forty held-out digits as pictures, each in the folder of its class, two of them in a wrong one."""
    folder = tmp_path_factory.mktemp("pictures")
    held_out = held_out_pictures()
    for number in range(40):
        label = (held_out.labels[number] + (number in (11, 29))) % 10
        (folder / str(label)).mkdir(exist_ok=True)
        pixels = np.round(held_out.images[number, 0] * 255).astype(np.uint8)
        Image.fromarray(pixels).save(str(folder / str(label) / "{:02d}.png".format(number)))
    return folder


def told_right(checkpoint, pictures):
    """How many of the pictures PyTorch itself tells right, nothing of the job's chain involved."""
    from job.demo.model import digits_net

    module = digits_net()
    module.load_state_dict(torch.load(str(checkpoint)))
    files = sorted(pictures.glob("*/*.png"))
    images = np.stack([np.asarray(Image.open(str(file)), np.float32)[np.newaxis] / np.float32(255) for file in files])
    with torch.no_grad():
        scores = module.eval()(torch.from_numpy(images)).numpy()
    return sum(int(file.parent.name) == best for file, best in zip(files, scores.argmax(axis=1)))


FLAGS = [DIGITS_NET, "--input-shape=1,1,8,8", "--preprocess={channels: gray}"]


@pytest.fixture(scope="module")
def published(digits, pictures, tmp_path_factory):
    out = tmp_path_factory.mktemp("published")
    return convert(digits, out, *FLAGS, "--samples={}".format(pictures)), out


def test_accuracy_is_that_of_pytorch_before_and_after(published, digits, pictures):
    job, out = published
    accuracy = report(job, out)["accuracy"]
    expected = told_right(digits, pictures)
    assert 30 <= expected <= 38  # two are in a wrong folder
    assert (accuracy["output"], accuracy["samples_found"], accuracy["samples_judged"]) == ("category", 40, 40)
    assert accuracy["classes"] == {str(number): number for number in range(10)}
    figures = {stage["stage"]: (stage["correct"], stage["total"]) for stage in accuracy["stages"]}
    assert list(figures) == ["pytorch", "saved_model", "tflite.float32", "tflite.dynamic"]
    assert figures["pytorch"] == figures["saved_model"] == figures["tflite.float32"] == (expected, 40)
    assert abs(figures["tflite.dynamic"][0] - expected) <= 2 and figures["tflite.dynamic"][1] == 40
    assert accuracy["stages"][0]["share"] == expected / 40
    assert "samples told right: pytorch {} of 40".format(expected) in job.stdout


def test_samples_are_probes_of_every_stage(published):
    read = report(*published)
    assert len(sample_names(read)) == 4 and len(read["probes"]) == 8 + 4
    assert len({name.split("/")[0] for name in sample_names(read)}) == 4  # of four classes
    counts = asked(read)
    assert counts.pop("tflite.dynamic") == 8 + 2
    assert set(counts.values()) == {8 + 4}


def test_the_same_bytes_from_a_copy_elsewhere(published, digits, pictures, tmp_path):
    copy = tmp_path / "other"
    subprocess.run(["cp", "-r", str(pictures), str(copy)], check=True)
    job = convert(digits, tmp_path / "out", *FLAGS, "--samples={}".format(copy))
    assert job.returncode == 0, job.stdout
    sums = [(out / "digits" / "SHA256SUMS").read_text() for out in (published[1], tmp_path / "out")]
    assert sums[0] == sums[1]


def test_a_changed_sample_is_noticed(digits, pictures, tmp_path):
    copy, out = tmp_path / "samples", tmp_path / "out"
    subprocess.run(["cp", "-r", str(pictures), str(copy)], check=True)
    words = FLAGS + ["--samples={}".format(copy)]
    assert "digits  converted" in convert(digits, out, *words).stdout
    assert "digits  current" in convert(digits, out, *words).stdout
    changed = next(copy.glob("*/*.png"))
    Image.fromarray(np.eye(8, dtype=np.uint8) * 255).save(str(changed))
    assert "digits  converted" in convert(digits, out, *words).stdout


def test_a_sidecar_names_them_too_and_a_batch_is_filled(digits, pictures, tmp_path):
    """Arrays in one folder: probes, and no accuracy."""
    volume = tmp_path / "in"
    (volume / "own").mkdir(parents=True)
    for number, picture in enumerate(held_out_pictures().images[:6]):
        np.save(str(volume / "own" / "{}.npy".format(number)), picture)
    (volume / "digits.pth").write_bytes(digits.read_bytes())
    (volume / "digits.yaml").write_text("samples: own\ninput_shape: [3, 1, 8, 8]\n")
    read = report(convert(volume / "digits.pth", tmp_path / "out", DIGITS_NET), tmp_path / "out")
    assert read["accuracy"] is None
    assert sample_names(read) == ["sample:{}.npy".format(number) for number in (0, 1, 3, 4)]
    assert {tuple(probe["inputs"][0]["shape"]) for probe in read["probes"]} == {(3, 1, 8, 8)}


def test_samples_of_several_inputs(tmp_path):
    (tmp_path / "net.py").write_text(TWO_INPUTS)
    torch.manual_seed(3)
    scope = {}
    exec(TWO_INPUTS, scope)
    torch.save(scope["Net"]().state_dict(), str(tmp_path / "net.pth"))
    (tmp_path / "own").mkdir()
    random = np.random.RandomState(2)
    np.savez(str(tmp_path / "own" / "one.npz"), left=random.randn(1, 4), right=random.randn(1, 3, 7, 6))
    job = convert(tmp_path / "net.pth", tmp_path / "out", "--model-code={}:Net".format(tmp_path / "net.py"),
                  "--input-shape=left:1,4;right:1,3,7,6", "--samples={}".format(tmp_path / "own"))
    read = report(job, tmp_path / "out", "net")
    assert sample_names(read) == ["sample:one.npz"]
    assert set(asked(read).values()) == {8 + 1}


@pytest.mark.parametrize("spoil, said", [
    (lambda folder: (folder / "3" / "bad.png").write_bytes(b"x"), "3/bad.png is no PNG or JPEG picture"),
    (lambda folder: (folder / "3" / "list.txt").write_bytes(b"x"), "3/list.txt is neither a picture"),
    (lambda folder: (folder / "3").rename(folder / "17"), "17 stands for class 17"),
    (lambda folder: (folder / "stray.npy").write_bytes(b"x"), "some such as stray.npy are not"),
])
def test_bad_samples_fail_their_checkpoint(spoil, said, digits, pictures, tmp_path):
    copy = tmp_path / "samples"
    subprocess.run(["cp", "-r", str(pictures), str(copy)], check=True)
    spoil(copy)
    job = convert(digits, tmp_path / "out", *FLAGS, "--samples={}".format(copy))
    assert job.returncode == 3 and said in job.stdout and "Traceback" not in job.stdout
    assert not (tmp_path / "out" / "digits").exists()
    failed = json.loads((tmp_path / "out" / ".failed" / "digits" / "parity.json").read_text())
    assert failed["first_failure"]["stage"] == "samples" and said in failed["first_failure"]["message"]
