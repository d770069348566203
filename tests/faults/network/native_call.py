"""The tiny network, whose answers come of native code that heeds no signal and holds on to the interpreter."""
import ctypes
import os
import signal

import torch
from torch import nn

from tiny_network import tiny_network


class Waiting(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(*tiny_network())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
        os.write(2, b"in native code\n")
        ctypes.PyDLL(None).sleep(600)
        return super().forward(x)
