"""RegNet's modules: stages of bottlenecks whose middle convolution has groups of one width."""
from collections import OrderedDict
from typing import Sequence

import torch
from torch import nn

from job.architectures.families.blocks import ConvNormActivation, SqueezeExcite, pooled

STEM = 32


class Bottleneck(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, group: int, squeeze: bool) -> None:
        super().__init__()
        groups = outputs // min(group, outputs)
        self.adds_input = stride == 1 and inputs == outputs
        if not self.adds_input:
            self.proj = ConvNormActivation(inputs, outputs, 1, stride, activation=None)
        self.f = nn.Sequential()
        self.f.add_module("a", ConvNormActivation(inputs, outputs))
        self.f.add_module("b", ConvNormActivation(outputs, outputs, 3, stride, groups=groups))
        if squeeze:
            self.f.add_module("se", SqueezeExcite(outputs, int(round(inputs / 4))))
        self.f.add_module("c", ConvNormActivation(outputs, outputs, activation=None))
        self.activation = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation((x if self.adds_input else self.proj(x)) + self.f(x))


class RegNet(nn.Module):
    def __init__(self, depths: Sequence[int], widths: Sequence[int], group: int, squeeze: bool, num_classes: int) -> None:
        super().__init__()
        self.stem = ConvNormActivation(3, STEM, 3, 2)
        trunk, channels = OrderedDict(), STEM
        for number, (depth, width) in enumerate(zip(depths, widths), start=1):
            blocks = OrderedDict()
            for index in range(depth):
                block = Bottleneck(channels, width, 1 if index else 2, group, squeeze)
                blocks["block{}-{}".format(number, index)] = block
                channels = width
            trunk["block{}".format(number)] = nn.Sequential(blocks)
        self.trunk_output = nn.Sequential(trunk)
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(pooled(self.trunk_output(self.stem(x))))
