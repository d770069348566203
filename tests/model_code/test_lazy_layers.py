"""Lazy layers are as wide as what the checkpoint holds, or as the input that the code itself gives them."""
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from job.architectures.module import load_module
from job.errors import BadCheckpoint
from job.user_code import lazy_layers
from job.user_code.factory import build_from_code
from tests.model_code.by_command import write_code

NETWORK = """
import torch
from torch import nn

class make(nn.Module):
    def __init__(self, lazily=True):
        super().__init__()
        kind = lambda name, width, *given, **named: (
            getattr(nn, "Lazy" + name)(*given, **named) if lazily else getattr(nn, name)(width, *given, **named))
        self.up = kind("ConvTranspose2d", 3, 4, kernel_size=(3, 2), groups=1, bias=False)
        self.norm = kind("BatchNorm2d", 4, eps=0.01)
        self.conv = kind("Conv2d", 4, 6, 3, groups=2, padding=1)
        self.plain = kind("InstanceNorm2d", 6)
        self.row = kind("Conv1d", 6, 5, 3)
        self.fc = kind("Linear", 200, out_features=7)
        {more}

    def forward(self, x):
        y = torch.relu(self.conv(self.norm(self.up(x))))
        return self.fc(self.row(self.plain(y).flatten(2)).flatten(1))
"""


def state_and_net(tmp_path, more="pass"):
    write_code(tmp_path, {"net.py": NETWORK.format(more=more)})
    plain = build_from_code(tmp_path / "net.py", "make", {"lazily": False})
    for name, tensor in plain.state_dict().items():
        if tensor.dtype == torch.float32:
            tensor.copy_(torch.rand_like(tensor) + 0.1)
    torch.save(plain.state_dict(), str(tmp_path / "net.pth"))
    return plain


def loaded(tmp_path):
    given = dict.fromkeys(("arch", "arch_args", "weights_key", "trust_pickle"), None)
    return load_module(tmp_path / "net.pth", SimpleNamespace(model_code=(tmp_path / "net.py", "make"), **given)).module


@pytest.mark.parametrize("more", ["pass", "self(torch.zeros(2, 3, 4, 6))"], ids=["by the checkpoint", "by an input"])
def test_a_lazy_network_is_the_plain_one(tmp_path, more):
    plain, x = state_and_net(tmp_path, more), torch.randn(2, 3, 4, 6)
    module = loaded(tmp_path)
    assert torch.equal(module(x), plain(x)) and float(plain(x).abs().min()) > 0
    assert (module.conv.in_channels, module.fc.in_features, module.up.in_channels, module.norm.num_features) == (4, 200, 3, 4)
    assert type(module.fc) is nn.Linear and type(module.conv) is nn.Conv2d


def test_what_does_not_fit_is_told(tmp_path):
    state_and_net(tmp_path, "lazily and self(torch.zeros(2, 3, 5, 6))")
    with pytest.raises(BadCheckpoint, match="fc.weight"):
        loaded(tmp_path)


def test_the_code_itself_may_load(tmp_path):
    write_code(tmp_path, {"net.py": NETWORK.format(more="pass")})
    plain = build_from_code(tmp_path / "net.py", "make", {"lazily": False})
    lazy, x = build_from_code(tmp_path / "net.py", "make", {}), torch.randn(2, 3, 4, 6)
    lazy.load_state_dict(plain.state_dict())
    assert torch.equal(lazy(x), plain(x))


@pytest.mark.parametrize("layer", lazy_layers.LAYERS, ids=lambda layer: layer.__name__)
def test_each_is_there(layer):
    assert issubclass(layer, nn.Module) and getattr(nn, layer.__name__) is layer
