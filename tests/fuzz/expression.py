"""A step of a network that is written as PyTorch code, so that its description is its code."""
from typing import Any, Optional

import torch
import torch.nn.functional as F
from torch import nn

from job.values import Shape


class Expression(nn.Module):
    """PyTorch code of tensors a, b, c and, where a shape is given, of a random parameter k of that shape."""

    def __init__(self, code: str, constant: Optional[Shape] = None) -> None:
        super().__init__()
        self.code = code
        if constant is not None:
            self.k = nn.Parameter(torch.randn(constant))

    def forward(self, *inputs: torch.Tensor) -> Any:
        names = dict(zip("abc", inputs), torch=torch, F=F, k=getattr(self, "k", None))
        return eval(self.code, names)  # the code is this folder's own

    def __repr__(self) -> str:
        constant = getattr(self, "k", None)  # type: Optional[torch.Tensor]
        return self.code if constant is None else "{} where k is {}".format(self.code, tuple(constant.shape))
