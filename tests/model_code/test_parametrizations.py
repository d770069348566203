"""Weights that are computed from what a checkpoint holds, by the names that today's PyTorch gives what it holds."""
import numpy as np
import pytest
import torch

from job.errors import BadCheckpoint
from job.user_code.factory import build_from_code
from tests.model_code.by_command import convert, write_code

NETWORK = """
import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

class Centred(nn.Module):
    def forward(self, w):
        return w - w.mean(1, keepdim=True)

class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.by = nn.Parameter(torch.ones(1) * 3)
    def forward(self, w):
        return w * self.by

class Split(nn.Module):
    def forward(self, size, sign):
        return size.exp() * sign
    def right_inverse(self, w):
        return w.abs().log(), w.sign()

class make(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(3, 4), nn.Linear(4, 5)
        parametrize.register_parametrization(self.one, "weight", Centred())
        parametrize.register_parametrization(self.one, "weight", Scaled())
        parametrize.register_parametrization(self.two, "bias", Split())
        self.three, self.four = weight_norm(nn.Linear(5, 5)), spectral_norm(nn.Linear(5, 2))
    def forward(self, x):
        assert parametrize.is_parametrized(self.one, "weight") and not parametrize.is_parametrized(self.one, "bias")
        with parametrize.cached():
            return self.four(self.three(self.two(self.one(x))))
"""
KEYS = {  # as PyTorch 2.13 has them
    "one.bias": (4,), "one.parametrizations.weight.original": (4, 3), "one.parametrizations.weight.1.by": (1,),
    "two.weight": (5, 4), "two.parametrizations.bias.original0": (5,), "two.parametrizations.bias.original1": (5,),
    "three.bias": (5,), "three.parametrizations.weight.original0": (5, 1), "three.parametrizations.weight.original1": (5, 5),
    "four.bias": (2,), "four.parametrizations.weight.original": (2, 5), "four.parametrizations.weight.0._u": (2,),
    "four.parametrizations.weight.0._v": (5,)}


def test_a_checkpoint_of_todays_converts(tmp_path):
    write_code(tmp_path, {"net.py": NETWORK})
    torch.manual_seed(0)
    done = convert(tmp_path, "net.py:make", "1,3", "--quantize=none", state={key: torch.randn(size) for key, size in KEYS.items()})
    assert done.code == 0, done.said


def test_it_is_computed_of_what_is_held(tmp_path):
    write_code(tmp_path, {"net.py": NETWORK})
    made = build_from_code(tmp_path / "net.py", "make", {})
    held = made.one.parametrizations.weight.original
    assert set(made.state_dict()) >= {key for key in KEYS if key[:3] in ("one", "two")}
    np.testing.assert_allclose(made.one.weight.detach(), 3 * (held - held.mean(1, keepdim=True)).detach(), rtol=1e-6)
    parts = made.two.parametrizations.bias
    np.testing.assert_allclose(made.two.bias.detach(), (parts.original0.exp() * parts.original1).detach(), rtol=1e-6)


def test_a_part_that_is_missing_is_named(tmp_path):
    write_code(tmp_path, {"net.py": NETWORK.replace("parametrizations import spectral_norm, weight_norm",
                                                    "parametrizations import orthogonal")})
    with pytest.raises(BadCheckpoint, match="orthogonal"):
        build_from_code(tmp_path / "net.py", "make", {})
