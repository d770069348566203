"""A dynamic file that fails its gate is made anew, with the loudest layers in float32; and fails where that saves too little."""
import json

import pytest
import torch

from job.conversion.spared_layers import loudest
from job.values import LayerNoise
from tests.chain.test_bad_input import convert, run_job

CODE = """
from torch import nn

def make():
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 48, 3, stride=2),
        nn.ReLU(), nn.Conv2d(48, 48, 3), nn.ReLU(), nn.Conv2d(48, 8, 1))
"""
FLAGS = ("--input-shape=1,3,18,14",)


@pytest.fixture
def network(tmp_path):
    (tmp_path / "net.py").write_text(CODE)
    made = {}
    exec(CODE, made)
    torch.manual_seed(0)
    return made["make"]()


def unlike(network, *layers):
    """One channel of the map before each of these is 3,000 times as large as it was, and the layer takes it as little."""
    with torch.no_grad():
        for number in layers:
            network[number - 2].weight[0] *= 3000
            network[number - 2].bias[0] *= 3000
            network[number].weight[:, 0] /= 3000
    return network


def converted(network, folder, *flags):
    torch.save(network.state_dict(), str(folder / "net.pth"))
    return convert(folder / "net.pth", folder / "out", "--model-code={}:make".format(folder / "net.py"), *FLAGS, *flags)


def report(folder):
    return json.loads((folder / "parity.json").read_text())


def test_one_loud_layer_is_spared_and_named(network, tmp_path):
    job = converted(unlike(network, 4), tmp_path)
    assert job.returncode == 0, job.stderr
    assert "dynamic: with their weights in 8 bits it fails its gate, so that these layers keep float32: 5\n" in job.stderr
    parity = report(tmp_path / "out" / "net")
    assert parity["spared_layers"] == ["5"] and parity["verdict"] == "passed"  # the ReLU in its file
    assert all(stage["passed"] for stage in parity["stages"])
    sizes = {mode: (tmp_path / "out" / "net" / "net.{}.tflite".format(mode)).stat().st_size for mode in ("float32", "dynamic")}
    assert sizes["dynamic"] < 0.7 * sizes["float32"]
    assert run_job("verify", tmp_path / "out").returncode == 0
    sums = (tmp_path / "out" / "net" / "SHA256SUMS").read_bytes()
    assert converted(network, tmp_path, "--force").returncode == 0
    assert (tmp_path / "out" / "net" / "SHA256SUMS").read_bytes() == sums


def test_what_passes_spares_none(network, tmp_path):
    job = converted(network, tmp_path)
    assert job.returncode == 0, job.stderr
    assert report(tmp_path / "out" / "net")["spared_layers"] == [] and "net  spare" not in job.stderr


def test_where_too_little_would_be_saved_the_gate_has_failed(network, tmp_path):
    job = converted(unlike(network, 2, 4, 6), tmp_path)
    assert job.returncode == 6, job.stderr
    assert "most noise comes from" in job.stderr
    parity = report(tmp_path / "out" / ".failed" / "net")
    assert parity["spared_layers"] == [] and parity["first_failure"]["stage"] == "tflite.dynamic"


def noise(*decibels):
    return [LayerNoise("layer{}".format(number), "CONV_2D", 0, 0, each) for number, each in enumerate(decibels)]


@pytest.mark.parametrize("decibels, wanted, spared", [
    ((1.3, 9.1, 19.3, 30), 15, 2), ((1.3, 9.1, 19.3, 30), 25, 3), ((1.3, 9.1), 20, 2), ((16, 16, 16), 15, 2),
    ((30, 40, None), 15, 0), ((None,), 15, 0), ((), 15, 0), ((float("-inf"), 20), 15, 1)])
def test_the_loudest_go_first_until_the_rest_adds_up_to_little(decibels, wanted, spared):
    assert loudest(noise(*decibels), wanted) == tuple("layer{}".format(number) for number in range(spared))
