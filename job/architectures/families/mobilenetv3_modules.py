"""MobileNetV3's modules, with the names their published checkpoints have.

The forward is written as users write theirs (`view`, Linear layers in squeeze-and-excite,
`relu6(x + 3) / 6`): nothing here is bent to suit the chain.
"""
from typing import Sequence

import torch
from torch import nn

from job.architectures.families.blocks import HSigmoid, HSwish, pointwise
from job.architectures.families.channels import multiple_of_8
from job.architectures.families.mobilenetv3_rows import Row


class SqueezeExcite(nn.Module):
    """Scales each channel by a gate computed from the mean of all of them."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channels, squeezed), nn.ReLU(inplace=True), nn.Linear(squeezed, channels), HSigmoid()
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, channels, _, _ = x.size()
        squeezed = self.avg_pool(x).view(batch, channels)
        gate = self.fc(squeezed).view(batch, channels, 1, 1)
        return x * gate


def activation(h_swish: int) -> nn.Module:
    return HSwish() if h_swish else nn.ReLU(inplace=True)


class InvertedResidual(nn.Module):
    def __init__(self, row: Row, inputs: int, expanded: int, outputs: int, squeezed: int) -> None:
        super().__init__()
        self.identity = row.stride == 1 and inputs == outputs
        depthwise = [
            nn.Conv2d(
                expanded, expanded, row.kernel, row.stride, row.kernel // 2, groups=expanded, bias=False
            ),
            nn.BatchNorm2d(expanded),
        ]
        squeeze = SqueezeExcite(expanded, squeezed) if row.squeeze else nn.Sequential()
        project = [pointwise(expanded, outputs), nn.BatchNorm2d(outputs)]
        if inputs == expanded:
            layers = depthwise + [activation(row.h_swish), squeeze] + project
        else:
            expand = [pointwise(inputs, expanded), nn.BatchNorm2d(expanded), activation(row.h_swish)]
            layers = expand + depthwise + [squeeze, activation(row.h_swish)] + project
        self.conv = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.conv(x) if self.identity else self.conv(x)


class Classifier(nn.Module):
    """The forward that both years share; they differ in the layers."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = self.conv(x)
        x = self.avgpool(x)
        x = x.view(x.size(0), -1)
        return self.classifier(x)


def stem(channels: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, channels, 3, 2, 1, bias=False), nn.BatchNorm2d(channels), HSwish())


def last_convolution(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(pointwise(inputs, outputs), nn.BatchNorm2d(outputs), HSwish())


class MobileNetV3Of2020(Classifier):
    def __init__(self, rows: Sequence[Row], hidden: int, num_classes: int, width_mult: float) -> None:
        super().__init__()
        channels = multiple_of_8(16 * width_mult)
        layers = [stem(channels)]
        for row in rows:
            expanded = multiple_of_8(channels * row.expansion)
            outputs = multiple_of_8(row.out * width_mult)
            layers.append(InvertedResidual(row, channels, expanded, outputs, multiple_of_8(expanded // 4)))
            channels = outputs
        self.features = nn.Sequential(*layers)
        self.conv = last_convolution(channels, expanded)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        hidden = multiple_of_8(hidden * width_mult) if width_mult > 1.0 else hidden
        self.classifier = nn.Sequential(
            nn.Linear(expanded, hidden), HSwish(), nn.Dropout(0.2), nn.Linear(hidden, num_classes)
        )


class MobileNetV3Of2019(Classifier):
    """In 2019 a width multiplier leaves the expansions inside the blocks as they are."""

    def __init__(self, rows: Sequence[Row], num_classes: int, width_mult: float, small: bool) -> None:
        super().__init__()
        channels = multiple_of_8(16 * width_mult)
        layers = [stem(channels)]
        for row in rows:
            expanded, outputs = int(row.expansion), multiple_of_8(row.out * width_mult)
            layers.append(InvertedResidual(row, channels, expanded, outputs, expanded // 4))
            channels = outputs
        self.features = nn.Sequential(*layers)
        pooled = multiple_of_8(expanded * width_mult)
        hidden = multiple_of_8(1280 * width_mult) if width_mult > 1.0 else 1280
        self.conv = nn.Sequential(
            last_convolution(channels, pooled),
            SqueezeExcite(pooled, pooled // 4) if small else nn.Sequential(),
        )
        self.avgpool = nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), HSwish())
        self.classifier = nn.Sequential(
            nn.Linear(pooled, hidden),
            nn.BatchNorm1d(hidden) if small else nn.Sequential(),
            HSwish(),
            nn.Linear(hidden, num_classes),
            nn.BatchNorm1d(num_classes) if small else nn.Sequential(),
            HSwish() if small else nn.Sequential(),
        )
