"""ConvNeXt's modules: depthwise convolutions of 7 by 7, and layers over the channels of each pixel."""
import math
from typing import List, Sequence

import torch
from torch import nn
from torch.nn import functional

EPSILON = 1e-6


class GELU(nn.Module):
    """By the error function, which torch 1.1.0 has while it has no GELU."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


class ChannelsLast(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 2, 3, 1)


class ChannelsFirst(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 3, 1, 2)


class LayerNorm2d(nn.LayerNorm):
    """Over the channels of each pixel of [batch, channels, height, width]."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(channels, channels, 7, padding=3, groups=channels),
            ChannelsLast(),
            nn.LayerNorm(channels, eps=EPSILON),
            nn.Linear(channels, 4 * channels),
            GELU(),
            nn.Linear(4 * channels, channels),
            ChannelsFirst(),
        )
        self.layer_scale = nn.Parameter(torch.empty(channels, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layer_scale * self.block(x)


class ConvNeXt(nn.Module):
    def __init__(self, depths: Sequence[int], widths: Sequence[int], num_classes: int) -> None:
        super().__init__()
        layers = []  # type: List[nn.Module]
        for before, width, depth in zip((0,) + tuple(widths), widths, depths):
            layers.append(halved(before, width) if before else stem(width))
            layers.append(nn.Sequential(*(Block(width) for _ in range(depth))))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            LayerNorm2d(width, eps=EPSILON), Flat(), nn.Linear(width, num_classes)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(functional.adaptive_avg_pool2d(self.features(x), 1))


class Flat(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1)


def stem(width: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, width, 4, 4), LayerNorm2d(width, eps=EPSILON))


def halved(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(LayerNorm2d(inputs, eps=EPSILON), nn.Conv2d(inputs, outputs, 2, 2))
