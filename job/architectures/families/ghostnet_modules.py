"""GhostNet's modules: half of the maps are convolutions of one map each of the other half."""
from collections import OrderedDict
from typing import List, NamedTuple, Optional

import torch
from torch import nn
from torch.nn import functional

from job.architectures.families.blocks import Activation, ConvNormActivation, HSigmoid, pointwise
from job.architectures.families.channels import multiple_of


class Row(NamedTuple):
    """One bottleneck, in a network of width 1."""

    kernel: int
    expanded: int
    out: int
    squeeze: int  # 1 with squeeze-and-excite
    stride: int


STAGES = (
    (Row(3, 16, 16, 0, 1),),
    (Row(3, 48, 24, 0, 2),),
    (Row(3, 72, 24, 0, 1),),
    (Row(5, 72, 40, 1, 2),),
    (Row(5, 120, 40, 1, 1),),
    (Row(3, 240, 80, 0, 2),),
    (
        Row(3, 200, 80, 0, 1),
        Row(3, 184, 80, 0, 1),
        Row(3, 184, 80, 0, 1),
        Row(3, 480, 112, 1, 1),
        Row(3, 672, 112, 1, 1),
    ),
    (Row(5, 672, 160, 1, 2),),
    (Row(5, 960, 160, 0, 1), Row(5, 960, 160, 1, 1), Row(5, 960, 160, 0, 1), Row(5, 960, 160, 1, 1)),
)
LAST = 960


class Ghost(nn.Module):
    def __init__(self, inputs: int, outputs: int, activation: Optional[Activation]) -> None:
        super().__init__()
        half = outputs // 2
        self.primary_conv = ConvNormActivation(inputs, half, activation=activation)
        self.cheap_operation = ConvNormActivation(half, half, 3, activation=activation, groups=half)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        primary = self.primary_conv(x)
        return torch.cat([primary, self.cheap_operation(primary)], dim=1)


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = multiple_of(4, channels / 4)
        self.conv_reduce = nn.Conv2d(channels, squeezed, 1)
        self.conv_expand = nn.Conv2d(squeezed, channels, 1)
        self.gate = HSigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        squeezed = functional.relu(self.conv_reduce(functional.adaptive_avg_pool2d(x, 1)))
        return x * self.gate(self.conv_expand(squeezed))


class Bottleneck(nn.Module):
    def __init__(self, inputs: int, row: Row, expanded: int, outputs: int) -> None:
        super().__init__()
        self.ghost1 = Ghost(inputs, expanded, nn.ReLU)
        self.has_stride = row.stride > 1
        if self.has_stride:
            self.conv_dw = depthwise(expanded, row)
            self.bn_dw = nn.BatchNorm2d(expanded)
        self.se = SqueezeExcite(expanded) if row.squeeze else nn.Sequential()
        self.ghost2 = Ghost(expanded, outputs, None)
        self.adds_input = inputs == outputs and not self.has_stride
        if not self.adds_input:
            self.shortcut = nn.Sequential(
                depthwise(inputs, row),
                nn.BatchNorm2d(inputs),
                pointwise(inputs, outputs),
                nn.BatchNorm2d(outputs),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        expanded = self.ghost1(x)
        if self.has_stride:
            expanded = self.bn_dw(self.conv_dw(expanded))
        return self.ghost2(self.se(expanded)) + (x if self.adds_input else self.shortcut(x))


def depthwise(channels: int, row: Row) -> nn.Module:
    return nn.Conv2d(channels, channels, row.kernel, row.stride, row.kernel // 2, groups=channels, bias=False)


class GhostNet(nn.Module):
    def __init__(self, width: float, num_classes: int) -> None:
        super().__init__()
        channels = multiple_of(4, 16 * width)
        self.conv_stem = nn.Conv2d(3, channels, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        stages = []  # type: List[nn.Module]
        for rows in STAGES:
            blocks = []
            for row in rows:
                outputs = multiple_of(4, row.out * width)
                blocks.append(Bottleneck(channels, row, multiple_of(4, row.expanded * width), outputs))
                channels = outputs
            stages.append(nn.Sequential(*blocks))
        last = multiple_of(4, LAST * width)
        self.blocks = nn.Sequential(*(stages + [nn.Sequential(last_block(channels, last))]))
        self.conv_head = nn.Conv2d(last, 1280, 1)
        self.classifier = nn.Linear(1280, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.blocks(functional.relu(self.bn1(self.conv_stem(x))))
        x = functional.relu(self.conv_head(functional.adaptive_avg_pool2d(x, 1)))
        return self.classifier(x.flatten(1))


def last_block(inputs: int, outputs: int) -> nn.Module:
    layers = OrderedDict(conv=pointwise(inputs, outputs), bn1=nn.BatchNorm2d(outputs), act=nn.ReLU())
    return nn.Sequential(layers)
