"""Packages that came after PyTorch 1.1: code that imports them, or takes GPUs into account, is as it is on a CPU."""
import numpy as np
import pytest
import torch

from job.errors import BadCheckpoint
from job.user_code.factory import build_from_code
from tests.model_code.by_command import write_code

HEAD = """
import torch.fft
from torch import nn
from torch.cuda.amp import GradScaler, autocast, custom_bwd, custom_fwd
"""
NETWORK = HEAD + """
class Twice(torch.autograd.Function):
    @staticmethod
    @custom_fwd(cast_inputs=torch.float32)
    def forward(ctx, x):
        return x * 2
    @staticmethod
    @custom_bwd
    def backward(ctx, gradient):
        return gradient * 2

class make(nn.Linear):
    def __init__(self):
        super().__init__(3, 4)
    @torch.amp.autocast("cuda", dtype=torch.float16)
    def forward(self, x):
        with autocast(enabled=False), torch.autocast(x.device.type, enabled=False), {precision}:
            assert not torch.is_autocast_enabled()
            return super().forward(Twice.apply(x))
"""


def built(tmp_path, text):
    write_code(tmp_path, {"net.py": text})
    return build_from_code(tmp_path / "net.py", "make", {})


def test_autocast_of_gpus_changes_nothing(tmp_path):
    net, x = built(tmp_path, NETWORK.format(precision="autocast()")), torch.randn(5, 3)
    weight, bias, answer = (each.detach().numpy() for each in (net.weight, net.bias, net(x)))
    assert np.allclose(answer, 2 * x.numpy() @ weight.T + bias, atol=1e-6)


def test_half_precision_on_the_cpu_is_refused(tmp_path):
    net = built(tmp_path, NETWORK.format(precision='torch.autocast("cpu", dtype=torch.half)'))
    with pytest.raises(RuntimeError, match="half precision, which does not convert"):
        net(torch.randn(5, 3))


@pytest.mark.parametrize("line, words", [
    ("GradScaler()", "nothing is trained here"), ("torch.fft.hfft", "there is no hfft here")], ids=str)
def test_what_is_not_there_is_told(tmp_path, line, words):
    with pytest.raises(BadCheckpoint, match=words):
        built(tmp_path, HEAD + line + "\nmake = nn.Identity")


def test_the_function_of_old_stays(tmp_path):
    assert built(tmp_path, HEAD + "assert torch.fft(torch.ones(3, 2), 1).sum() == 6\nmake = lambda: nn.Linear(2, 3)").in_features == 2
