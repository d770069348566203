"""ShuffleNet's modules: convolutions in groups, and channels shuffled so that each group meets the others."""
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional

from job.architectures.families.blocks import pooled

UNITS = (4, 8, 4)  # of each stage


def shuffled(x: torch.Tensor, groups: int) -> torch.Tensor:
    batch, channels, height, width = x.size()
    by_group = x.view(batch, groups, channels // groups, height, width)
    return by_group.transpose(1, 2).contiguous().view(batch, channels, height, width)


class Unit(nn.Module):
    """The first of a stage has a stride, and appends what it computes to the means of its input."""

    def __init__(self, inputs: int, outputs: int, groups: int, groups_in: int, first: bool) -> None:
        super().__init__()
        middle, added = outputs // 4, outputs - inputs if first else outputs
        self.groups, self.first = groups, first
        self.compress_conv1 = nn.Conv2d(inputs, middle, 1, groups=groups_in, bias=False)
        self.compress_bn1 = nn.BatchNorm2d(middle)
        self.dw_conv2 = nn.Conv2d(middle, middle, 3, 2 if first else 1, 1, groups=middle, bias=False)
        self.dw_bn2 = nn.BatchNorm2d(middle)
        self.expand_conv3 = nn.Conv2d(middle, added, 1, groups=groups, bias=False)
        self.expand_bn3 = nn.BatchNorm2d(added)
        self.avgpool = nn.AvgPool2d(3, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        middle = shuffled(functional.relu(self.compress_bn1(self.compress_conv1(x))), self.groups)
        added = self.expand_bn3(self.expand_conv3(self.dw_bn2(self.dw_conv2(middle))))
        return functional.relu(torch.cat([added, self.avgpool(x)], dim=1) if self.first else added + x)


class ShuffleNet(nn.Module):
    def __init__(self, groups: int, channels: int, stem_channels: int, num_classes: int) -> None:
        super().__init__()
        stages, inputs = OrderedDict(init_block=stem(stem_channels)), stem_channels
        for stage, count in enumerate(UNITS):
            units, outputs = OrderedDict(), channels * 2 ** stage
            for unit in range(count):
                groups_in = 1 if stage == unit == 0 else groups
                units["unit{}".format(unit + 1)] = Unit(inputs, outputs, groups, groups_in, unit == 0)
                inputs = outputs
            stages["stage{}".format(stage + 1)] = nn.Sequential(units)
        self.features = nn.Sequential(stages)
        self.output = nn.Linear(inputs, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(pooled(self.features(x)))


def stem(channels: int) -> nn.Module:
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(3, channels, 3, 2, 1, bias=False),
            bn=nn.BatchNorm2d(channels),
            activ=nn.ReLU(),
            pool=nn.MaxPool2d(3, 2, 1),
        )
    )
