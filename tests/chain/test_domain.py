"""A network that takes levels above zero only: logarithms of other inputs are NaN."""
import json

import numpy as np
import pytest
import torch
from torch import nn

from tests.running import run_job

CODE = """
import torch
from torch import nn

class Levels(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.last = nn.Conv1d(5, 6, 3), nn.Linear(6, 4)
    def forward(self, x, shift):
        return self.last(self.conv(torch.log(x)).relu().mean(2) + shift)
"""
LEAST = {"levels": 0.25, "reaching zero": 0.0}


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    folder = tmp_path_factory.mktemp("levels")
    (folder / "levels.py").write_text(CODE)
    torch.manual_seed(3)
    net = nn.Module()
    net.conv, net.last = nn.Conv1d(5, 6, 3), nn.Linear(6, 4)
    torch.save(net.state_dict(), str(folder / "net.pth"))
    random = np.random.RandomState(0)
    for name, least in LEAST.items():
        (folder / name).mkdir()
        for number in range(3):
            x = random.uniform(0.25, 4, (5, 20)).astype(np.float32)
            x[number, 7] = least
            np.savez(str(folder / name / "{}.npz".format(number)), x=x, shift=np.float32([number, 0, 1, -1, 2, 0]))
    return folder


def convert(volume, *flags, code):
    job = run_job("convert", volume / "net.pth", "--output-dir={}".format(volume / "out"), "--input-names=x,shift",
                  "--input-shape=x:1,5,20;shift:1,6", "--model-code={}:Levels".format(volume / "levels.py"), *flags)
    assert job.returncode == code, job.stderr
    return job.stderr


def test_seeded_probes_lie_where_the_samples_do(volume):
    said = convert(volume, "--samples={}".format(volume / "levels"), "--quantize=dynamic,int8", code=0)
    assert "seeded probes of x lie between 0.25 and " in said and "seeded probes of shift lie between -1 and 2" in said
    interface, parity = (json.loads((volume / "out" / "net" / name).read_text()) for name in ("interface.json", "parity.json"))
    (low, high), _ = [each["values_within"] for each in interface["inputs"]]
    assert low == 0.25 and 3.9 < high < 4
    assert any("seeded probes of x lie between" in note for note in parity["checkpoint"]["notes"])
    assert parity["stages"][0]["outputs"][0]["probes"] == 8 + 3
    assert run_job("verify", volume / "out").returncode == 0


def test_without_samples_the_hint_asks_for_them(volume):
    assert "show it such ones with --samples" in convert(volume, "--force", code=6)


def test_a_sample_that_it_answers_with_infinities_is_no_help(volume):
    said = convert(volume, "--force", "--samples={}".format(volume / "reaching zero"), code=6)
    assert "infinite values" in said and "lie between" not in said
