"""What code marks for TorchScript converts as the Python that it is, and Functions of autograd as their forward."""
import subprocess
import sys
from pathlib import Path

import torch

from job.user_code.factory import build_from_code
from tests.model_code.by_command import convert, write_code

CHECKOUT = Path(__file__).resolve().parents[2]
MARKED = """
import torch
from torch import nn


@torch.jit.script
def swish(x):
    return x * torch.sigmoid(x)


@torch.jit.script
class Scale(object):
    def __init__(self, by: float):
        self.by = by

    def of(self, x):
        return x * self.by


class Block(torch.jit.ScriptModule):
    __constants__ = ["times"]

    def __init__(self):
        super().__init__()
        self.conv, self.times = nn.Conv2d(3, 4, 3), 2

    @torch.jit._overload_method
    def plain(self, x: torch.Tensor) -> torch.Tensor:
        pass

    @torch.jit.unused
    def never(self):
        raise NotImplementedError

    @torch.jit.ignore(drop=True)
    def plain(self, x):
        return [float(i) * x for i in range(self.times)][-1]

    @torch.jit.script_method
    def forward(self, x):
        if torch.jit.is_scripting():
            return x
        return self.plain(self.conv(x))


class make(nn.Module):
    def __init__(self):
        super().__init__()
        self.block, self.head = Block(), torch.jit.script(nn.Conv2d(4, 2, 1))

    @torch.jit.export
    def forward(self, x):
        return self.head(Scale(0.5).of(swish(self.block(x))))
"""


def test_marked_code_converts(tmp_path):
    write_code(tmp_path, {"net.py": MARKED})
    done = convert(tmp_path, "net.py:make", "1,3,9,11", "--quantize=none")
    assert done.code == 0, done.said


COMPILED_BEFORE = """
import torch
import torchvision
from job.user_code.without_compiler import run_uncompiled

run_uncompiled()
run_uncompiled()
import torch.jit
from torch.jit import ScriptModule, script, trace
import torch.jit.annotations

class Made(ScriptModule):
    def __init__(self):
        super().__init__()
        self.weight = [1]

module = torchvision.models.detection.backbone_utils.resnet_fpn_backbone("resnet50", False).eval()
answers = module(torch.ones(1, 3, 64, 64))
assert type(module.body.bn1).__name__ == "FrozenBatchNorm2d" and len(answers) == 5
assert isinstance(Made(), torch.jit.ScriptModule) and Made().weight == [1]
assert script(len) is len and torch.jit.is_scripting() is False
traced = trace(torch.nn.Conv2d(3, 2, 1), torch.ones(1, 3, 4, 4))
assert traced(torch.ones(1, 3, 5, 6)).shape == (1, 2, 5, 6)
"""


def test_what_was_compiled_before_still_works():
    """torchvision has compiled some of its layers when users' code comes."""
    subprocess.run([sys.executable, "-c", COMPILED_BEFORE], check=True, cwd=str(CHECKOUT))


KEPT = """
import torch
from torch import nn

class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, gradient):
        return gradient * torch.sigmoid(ctx.saved_tensors[0])

swish = Swish.apply

class make(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return swish(self.conv(x))
"""


def test_a_function_that_was_kept_under_a_name(tmp_path):
    write_code(tmp_path, {"net.py": KEPT})
    done = convert(tmp_path, "net.py:make", "1,3,9,11", "--quantize=none")
    assert done.code == 0, done.said


def test_its_backward_is_its_own_elsewhere(tmp_path):
    write_code(tmp_path, {"net.py": KEPT})
    module = build_from_code(tmp_path / "net.py", "make", {})
    module.conv.weight.data.fill_(1.0)
    module.conv.bias.data.zero_()
    module(torch.ones(1, 3, 3, 3)).sum().backward()
    assert module.conv.bias.grad.tolist() == [torch.sigmoid(torch.tensor(27.0)).item()] * 4
