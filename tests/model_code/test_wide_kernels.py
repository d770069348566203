"""Kernels too wide for MKL-DNN, on this processor or another, convert as all do."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from job.user_code import wide_kernels
from job.user_code.factory import build_from_code
from tests.model_code.by_command import write_code
from tests.operators.conversion import converted

MAP, SERIES = (2, 6, 11, 35), (2, 6, 60)
NETWORKS = {
    "a map": (lambda: nn.Conv2d(6, 4, (3, 19), stride=(2, 1), padding=(1, 4)), MAP),
    "a map, no bias": (lambda: nn.Conv2d(6, 4, (5, 17), bias=False), MAP),
    "a series": (lambda: nn.Conv1d(6, 4, 17, stride=3, padding=2), SERIES),
    "one after another": (
        lambda: nn.Sequential(nn.Conv1d(6, 8, 19, padding=9), nn.ReLU(), nn.Conv1d(8, 4, 29, bias=False)), SERIES),
}
WIDEST = """
import torch.nn.functional as F
from torch import nn

class make(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Conv1d(32, 32, 48, padding=24), nn.Conv2d(32, 32, (5, 41), padding=(2, 20))
    def forward(self, x):
        return F.relu(self.one(x)).mean(2), self.other(x.unsqueeze(2)).mean(3)
"""


def too_big(x, weight, *_):
    if weight.shape[-1] > 16:
        raise RuntimeError("code is too big")
    return torch.conv1d(x, weight, *_) if x.dim() == 3 else torch.conv2d(x, weight, *_)


@pytest.fixture
def all_too_big(monkeypatch):
    for name, axes in (("conv1d", 1), ("conv2d", 2)):
        monkeypatch.setattr(F, name, wide_kernels.of_any_width(too_big, axes))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_answers_are_the_same_and_it_converts(name, tmp_path, request):
    build, shape = NETWORKS[name]
    module, x = build().eval(), torch.randn(shape)
    expected = module(x).detach().numpy()
    request.getfixturevalue("all_too_big")
    np.testing.assert_allclose(module(x).detach().numpy(), expected, rtol=1e-5, atol=1e-5)
    conversion = converted(module, [shape], tmp_path, 1)
    for (answer,), (wanted,) in zip(conversion.tflite, conversion.pytorch):
        np.testing.assert_allclose(answer, wanted, rtol=1e-4, atol=1e-5)


def test_a_users_network_with_kernels_that_are_too_big_on_most_processors_converts(tmp_path):
    write_code(tmp_path, {"net.py": WIDEST})
    conversion = converted(build_from_code(tmp_path / "net.py", "make", {}), [(1, 32, 60)], tmp_path, 2)
    for answers, wanted in zip(conversion.tflite, conversion.pytorch):
        for ours, theirs in zip(answers, wanted):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_provided_once(monkeypatch):
    monkeypatch.setattr(F, "conv1d", F.conv1d)
    wide_kernels.provide()
    provided = F.conv1d
    wide_kernels.provide()
    assert F.conv1d is provided


@pytest.mark.parametrize("groups, dilation", [(2, 1), (1, 2)])
def test_what_mkldnn_is_not_asked_for_is_not_tried(groups, dilation, all_too_big):
    with pytest.raises(RuntimeError, match="too big"):
        F.conv1d(torch.ones(1, 4, 90), torch.ones(4, 4 // groups, 19), None, 1, 0, dilation, groups)


def test_what_else_is_raised_is_raised():
    def another(*_):
        raise RuntimeError("another")
    with pytest.raises(RuntimeError, match="another"):
        wide_kernels.of_any_width(another, 1)(torch.ones(1, 4, 40), torch.ones(4, 4, 19))
