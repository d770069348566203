"""A small network whose forward is the test's own lines."""
from pathlib import Path
from typing import Any, Mapping

import torch

from tests.model_code.by_command import Done, convert, write_code

SHAPE = "1,3,6,8"
FIRST_LINE = 20  # of the forward's own lines, in net.py

_HEAD = """\
import collections
import ctypes
import os
import random
import sys
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 4, 3, padding=1), nn.Linear(4, 5)
        self.register_buffer("count", torch.zeros(1))
        self.anchors = torch.ones(1, 4)

    def forward(self, x):
        y = self.conv(x).mean(3).mean(2)
"""


def net(*lines: str) -> str:
    return _HEAD + "".join("        {}\n".format(line) for line in lines)


def state() -> Mapping[str, Any]:
    torch.manual_seed(0)
    return {"conv.weight": torch.randn(4, 3, 3, 3), "conv.bias": torch.randn(4), "fc.weight": torch.randn(5, 4),
            "fc.bias": torch.randn(5), "count": torch.zeros(1)}


def converted(folder: Path, *lines: str, shape: str = SHAPE, flags: Any = ()) -> Done:
    """What the real command makes of a network with this forward."""
    write_code(folder, {"net.py": net(*lines)})
    return convert(folder, "net.py:Net", shape, *flags, state=state())
