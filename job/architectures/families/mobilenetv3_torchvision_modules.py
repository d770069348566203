"""MobileNetV3's modules, with torchvision's names.

The rows are those of 2020; but a width multiplier acts on what they come to in the network of width 1.
"""
import functools
from typing import List

import torch
from torch import nn

from job.architectures.families.blocks import (
    ConvNormActivation, FeaturesAndClassifier, HSigmoid, HSwish, SqueezeExcite)
from job.architectures.families.channels import multiple_of_8
from job.architectures.families.mobilenetv3_rows import LARGE_2020, SMALL_2020, Row, Rows

Convolution = functools.partial(ConvNormActivation, epsilon=0.001)
DILATED = 12  # from this block of the Large on, where strides become dilations


def scaled(channels: float, width_mult: float) -> int:
    return multiple_of_8(channels * width_mult)


class InvertedResidual(nn.Module):
    """Of so many channels before they are scaled; dilated it has no stride."""

    def __init__(self, row: Row, nominal: int, width_mult: float, dilation: int) -> None:
        super().__init__()
        inputs, outputs = scaled(nominal, width_mult), scaled(row.out, width_mult)
        expanded = scaled(multiple_of_8(nominal * row.expansion), width_mult)
        activation = HSwish if row.h_swish else nn.ReLU
        stride = 1 if dilation > 1 else row.stride
        layers = [] if expanded == inputs else [Convolution(inputs, expanded, activation=activation)]
        layers.append(Convolution(expanded, expanded, row.kernel, stride, activation, expanded, dilation))
        if row.squeeze:
            layers.append(SqueezeExcite(expanded, multiple_of_8(expanded // 4), gate=HSigmoid))
        layers.append(Convolution(expanded, outputs, activation=None))
        self.block = nn.Sequential(*layers)
        self.adds_input = row.stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.block(x) if self.adds_input else self.block(x)


def features(rows: Rows, width_mult: float, dilated_from: int) -> nn.Module:
    """The stem, a block a row, and the last convolution; blocks from that index on are dilated."""
    layers = [Convolution(3, scaled(16, width_mult), 3, 2, HSwish)]  # type: List[nn.Module]
    for index, (row, before) in enumerate(zip(rows, (16,) + tuple(row.out for row in rows))):
        layers.append(InvertedResidual(row, before, width_mult, 2 if index >= dilated_from else 1))
    channels = scaled(rows[-1].out, width_mult)
    return nn.Sequential(*(layers + [Convolution(channels, 6 * channels, activation=HSwish)]))


def classifier(inputs: int, hidden: int, num_classes: int) -> nn.Module:
    return nn.Sequential(nn.Linear(inputs, hidden), HSwish(), nn.Dropout(0.2), nn.Linear(hidden, num_classes))


def large_features(width_mult: float = 1.0, dilated: bool = False) -> nn.Module:
    return features(LARGE_2020, width_mult, DILATED if dilated else len(LARGE_2020))


def mobilenet_v3_large(num_classes: int, width_mult: float) -> nn.Module:
    inputs, hidden = 6 * scaled(160, width_mult), scaled(1280, width_mult)
    return FeaturesAndClassifier(large_features(width_mult), classifier(inputs, hidden, num_classes))


def mobilenet_v3_small(num_classes: int, width_mult: float) -> nn.Module:
    inputs, hidden = 6 * scaled(96, width_mult), scaled(1024, width_mult)
    layers = features(SMALL_2020, width_mult, len(SMALL_2020))
    return FeaturesAndClassifier(layers, classifier(inputs, hidden, num_classes))
