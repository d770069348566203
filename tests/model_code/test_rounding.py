"""A network that rounding alone moves says so where a stage drifts: nothing is wrong with the conversion."""
import json
import subprocess

import numpy as np
import pytest
import torch
from torch import nn

from job.networks.rounding import in_float64, rounding_of_range
from job.parity.explain import hint_on_silence
from tests.running import run_job


def rounding_of(network, *shape):
    """In PyTorch, on noise of that shape."""
    noise = np.random.RandomState(0).randn(*shape).astype(np.float32)

    def forward(inputs):
        return [answer.numpy() for answer in network(*map(torch.from_numpy, inputs))]
    return rounding_of_range(forward, [noise], in_float64(network, [torch.from_numpy(noise)]))


class Sum(nn.Module):
    """Its input and a large number, less the large number."""

    def __init__(self, large):
        super().__init__()
        self.large = large

    def forward(self, x):
        return x + self.large - self.large, x > 0


class OwnTensors(nn.Module):
    def forward(self, x):
        return torch.mm(x, torch.ones(4, 3)),


@pytest.mark.parametrize("large, least, most", [(1e4, 3e-5, 3e-4), (0.0, 0, 1e-7)])
def test_float32_beside_float64(large, least, most):
    assert least <= rounding_of(Sum(large), 2, 3, 5) <= most


class AsksForFloat32(nn.Module):
    def forward(self, x):
        assert x.dtype == torch.float32
        return x,


@pytest.mark.parametrize("network", [OwnTensors, AsksForFloat32])
def test_code_that_knows_float32_only_tells_by_the_last_bits_of_its_input(network):
    assert in_float64(network(), [torch.randn(2, 4)]) is None
    assert 1e-8 < rounding_of(network(), 2, 4) < 3e-7


class Bits(nn.Module):
    """Large where the last bits of an input are; float64 knows none of them."""

    def forward(self, x):
        return torch.sin(x * 1e5) if x.dtype == torch.float32 else torch.sin((x.float() * 1e5).double()),


def test_last_bits_tell_where_float64_happens_to_agree():
    x = np.random.RandomState(0).randn(2, 3, 5).astype(np.float32)
    exact = in_float64(Bits(), [torch.from_numpy(x)])
    answer = Bits()(torch.from_numpy(x))[0].numpy()
    assert np.abs(exact[0] - answer).max() < 1e-6
    assert rounding_of(Bits(), 2, 3, 5) > 1e-3


class AsksForNoMore(nn.Module):
    """Than the largest that it was shown."""

    def forward(self, x):
        assert x.max() <= 2
        return x,


def test_code_that_refuses_other_last_bits_tells_nothing_of_them():
    def forward(inputs):
        return [answer.numpy() for answer in AsksForNoMore()(*map(torch.from_numpy, inputs))]
    x = np.float32([[1, 2, -2, 0.5]])
    assert rounding_of_range(forward, [x], [x + 0.25]) == pytest.approx(0.0625)


class OneNumber(nn.Module):
    def forward(self, x):
        return x.sum().reshape(1, 1),


def test_one_number_has_no_range():
    assert rounding_of(OneNumber(), 2, 4) is None


NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 1)

    def forward(self, x):
        return {}
"""
LOUD = "self.last(torch.sin(self.first(x) * 1e4))"
SILENT = "torch.sigmoid(self.last(self.first(x)) * 0.1 - 16).view(1, -1)"  # as a detector that finds nothing


@pytest.mark.parametrize("forward, hint", [
    (LOUD, "rounding alone moves what this network answers by"), (SILENT, "the network finds nothing in these inputs")])
def test_the_hint_of_a_drift(tmp_path, forward, hint):
    (tmp_path / "net.py").write_text(NET.format(forward))
    torch.manual_seed(0)
    torch.save({"first.weight": torch.randn(4, 3, 3, 3), "first.bias": torch.randn(4), "last.weight": torch.randn(2, 4, 1, 1),
                "last.bias": torch.randn(2)}, str(tmp_path / "net.pth"))
    job = run_job("convert", tmp_path / "net.pth", "--model-code={}:Net".format(tmp_path / "net.py"), "--input-shape=1,3,20,24",
                  "--output-dir={}".format(tmp_path / "out"), stderr=subprocess.STDOUT)
    assert job.returncode == 6, job.stdout
    found = json.loads((tmp_path / "out" / ".failed" / "net" / "parity.json").read_text())["first_failure"]
    assert hint in found["hint"], found


@pytest.mark.parametrize("whole_range, error, is_told", [
    (1e-6, 1e-9, True), (9e-3, 1e-4, True), (2e-2, 3e-6, False), (1.45e-2, 1.8e-7, True), (0.9, 1e-4, False)])
def test_shares_among_which_something_stands_out_are_no_silence(whole_range, error, is_told):
    assert bool(hint_on_silence(whole_range, error)) == is_told
