"""Buffers that no checkpoint holds, and what code of today says of training, change nothing but what they say."""
import pytest
import torch

from job.user_code.factory import build_from_code
from tests.model_code.by_command import convert, write_code

NETWORK = """
import torch
from torch import nn

@torch.compile(dynamic=True)
def doubled(x):
    return x * 2

class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("steps", torch.arange(4.) + 1, persistent=False)
        self.register_buffer("kept", torch.ones(4))
        self.register_buffer(name="again", tensor=torch.ones(4), persistent=False)
        self.register_buffer("again", torch.ones(4))
        self.linear = nn.Linear(3, 4).requires_grad_(False)
    @torch.inference_mode()
    def forward(self, x):
        with torch.inference_mode(False), torch.inference_mode():
            return doubled(self.linear(x)) * self.steps + self.kept * self.again

class make(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()
    @torch.inference_mode
    def forward(self, x):
        return torch.compile(self.part)(x)
"""
KEYS = {"part.kept", "part.again", "part.linear.weight", "part.linear.bias"}


@pytest.fixture
def network(tmp_path):
    write_code(tmp_path, {"net.py": NETWORK})
    return build_from_code(tmp_path / "net.py", "make", {})


def test_a_state_dict_holds_what_persists(network):
    assert set(network.state_dict()) == KEYS and not any(each.requires_grad for each in network.parameters())
    assert {name for name, _ in network.named_buffers()} == {"part.steps", "part.kept", "part.again"}


def test_what_does_not_persist_is_not_missing(network):
    state = {name: torch.full_like(value, 2) for name, value in network.state_dict().items()}
    network.load_state_dict(state)
    assert network(torch.ones(1, 3)).tolist() == [[2 * 8 * step + 4 for step in (1, 2, 3, 4)]]
    with pytest.raises(RuntimeError, match='Missing key.*"part.kept"'):
        network.load_state_dict({name: value for name, value in state.items() if name != "part.kept"})


def test_it_converts(tmp_path):
    write_code(tmp_path, {"net.py": NETWORK})
    done = convert(tmp_path, "net.py:make", "1,3", "--quantize=none")
    assert done.code == 0, done.said
    assert done.report()["verdict"] == "passed"
