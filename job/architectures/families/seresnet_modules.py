"""SE-ResNet's modules: squeeze-and-excite before the shortcut is added."""
from collections import OrderedDict
from typing import Sequence, Tuple

import torch
from torch import nn

from job.architectures.families.blocks import SqueezeExcite, pooled

Window = Tuple[int, int, int, int]  # output channels, kernel, stride, groups
ACTIVATED = 2  # convolutions of a block: both of a basic one, all but the last of a bottleneck


class Block(nn.Module):
    """Convolutions conv1, conv2, ... and their BatchNorms, an activation after the first two and the sum."""

    def __init__(self, inputs: int, windows: Sequence[Window]) -> None:
        super().__init__()
        channels, stride = inputs, 1
        for number, (outputs, kernel, by, groups) in enumerate(windows, start=1):
            convolution = nn.Conv2d(channels, outputs, kernel, by, kernel // 2, groups=groups, bias=False)
            self.add_module("conv{}".format(number), convolution)
            self.add_module("bn{}".format(number), nn.BatchNorm2d(outputs))
            channels, stride = outputs, stride * by
        self.count = len(windows)
        self.se_module = SqueezeExcite(channels, channels // 16)
        self.downsample = shortcut(inputs, channels, stride)
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch = x
        for number in range(1, self.count + 1):
            branch = getattr(self, "bn{}".format(number))(getattr(self, "conv{}".format(number))(branch))
            branch = self.relu(branch) if number <= ACTIVATED else branch
        return self.relu(self.se_module(branch) + self.downsample(x))


def shortcut(inputs: int, outputs: int, stride: int) -> nn.Module:
    if stride == 1 and inputs == outputs:
        return nn.Sequential()
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


def windows(planes: int, stride: int, bottleneck: bool, groups: int) -> Sequence[Window]:
    if not bottleneck:
        return (planes, 3, stride, 1), (planes, 3, 1, 1)
    if groups == 1:
        return (planes, 1, stride, 1), (planes, 3, 1, 1), (4 * planes, 1, 1, 1)
    width = planes // 16 * groups  # 4 channels a group in the first stage
    return (width, 1, 1, 1), (width, 3, stride, groups), (4 * planes, 1, 1, 1)


class SEResNet(nn.Module):
    def __init__(self, depths: Sequence[int], bottleneck: bool, groups: int, num_classes: int) -> None:
        super().__init__()
        first = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.layer0 = nn.Sequential(OrderedDict(conv1=first, bn1=nn.BatchNorm2d(64), relu1=nn.ReLU()))
        self.pool0 = nn.MaxPool2d(3, 2, ceil_mode=True)
        channels, stages = 64, []
        for stage, depth in enumerate(depths):
            blocks = []
            for index in range(depth):
                rows = windows(64 << stage, 2 if stage and not index else 1, bottleneck, groups)
                blocks.append(Block(channels, rows))
                channels = rows[-1][0]
            stages.append(nn.Sequential(*blocks))
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.last_linear = nn.Linear(channels, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool0(self.layer0(x))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.last_linear(pooled(x))
