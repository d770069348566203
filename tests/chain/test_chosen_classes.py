"""Networks that answer with an argmax: rounding chooses between equals, which is no fault, and nothing else may."""
import subprocess
import sys

import numpy as np
import pytest
import torch

from tests.model_code.by_command import CHECKOUT, Done, write_code
from tests.model_code.small_network import converted
from tests.running import run_job

TIED = [  # the first and the second score are the same sum, in another order
    "w = self.conv.weight",
    "whole = F.conv2d(x, w, padding=1)",
    "parts = sum(F.conv2d(x[:, i:i + 1], w[:, i:i + 1], padding=1) for i in range(3))",
    "far = np.full((64, 64), 100, np.float32)",
    "far[{}] = 0",
    "scores = torch.cat([whole[:, :1], parts[:, :1] - torch.from_numpy(far), whole[:, 1:2] - 2], 1)",
    "return scores.argmax(1)"]
FEW, ALL = "9:40:10, 30", ":, :"


def with_ties(folder, where) -> Done:
    return converted(folder, *(line.format(where) if line.startswith("far[") else line for line in TIED), shape="1,3,64,64")


def figures(done, name="net"):
    return {stage["stage"]: stage["outputs"][0] for stage in done.report(name)["stages"]}


def test_a_few_ties_may_fall_either_way(tmp_path):
    done = with_ties(tmp_path, FEW)
    assert done.code == 0, done.said
    fallen = [each for stage, each in figures(done).items() if each.get("mismatch") and stage != "tflite.dynamic"]
    assert fallen and "warning" not in done.said
    for each in fallen:
        assert 0 < each["mismatch"] < 1e-3 and each["top1_loss"] < 1e-5 and each["tolerance"] == {"top1_loss": 2e-4, "mismatch": 1e-3}
    verified = run_job("verify", done.out)
    assert verified.returncode == 0, verified.stderr


def test_where_many_fall_otherwise_nothing_is_shown(tmp_path):
    done = with_ties(tmp_path, ALL)
    assert done.code == 6 and "of the elements differ" in done.failure["message"]


NET = """
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(5, 7, 3)
    def forward(self, x):
        return self.conv(x).{}
"""


@pytest.mark.parametrize("forward", ["argmax(1)", "argmin(1, keepdim=True)", "permute(0, 2, 3, 1).argmax(3).transpose(1, 2)"])
def test_a_fault_shows_in_the_scores_of_what_it_chooses(tmp_path, forward):
    write_code(tmp_path, {"net.py": NET.format(forward)})
    random = np.random.RandomState(0)
    torch.save({"conv.weight": torch.from_numpy(random.randn(7, 5, 3, 3)), "conv.bias": torch.from_numpy(random.randn(7))},
               str(tmp_path / "net.pth"))
    command = ["convert", str(tmp_path / "net.pth"), "--model-code={}:Net".format(tmp_path / "net.py"), "--input-shape=1,5,40,52",
               "--output-dir={}".format(tmp_path / "out")]
    for module, code in ((["job"], 0), (["tests.chain.planted", "changed-weight"], 6)):
        job = subprocess.run([sys.executable, "-m", *module, *command, "--force"], cwd=str(CHECKOUT), stderr=subprocess.PIPE,
                             universal_newlines=True)
        assert job.returncode == code, job.stderr
    failure = Done(6, "", tmp_path / "out").report(".failed/net")["first_failure"]
    assert failure["stage"] == "keras" and "the class it chooses scores" in failure["message"]
