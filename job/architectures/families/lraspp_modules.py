"""LR-ASPP on MobileNetV3-Large, with torchvision's names."""
from typing import Dict

import torch
from torch import nn
from torch.nn import functional

from job.architectures.families.blocks import ConvNormActivation, pointwise
from job.architectures.families.mobilenetv3_torchvision_modules import large_features

LOW, LOW_CHANNELS, HIGH_CHANNELS = 4, 40, 960  # the last block of an eighth of the picture; the last layer


def resized(x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)


class Head(nn.Module):
    def __init__(self, num_classes: int, channels: int = 128) -> None:
        super().__init__()
        self.cbr = ConvNormActivation(HIGH_CHANNELS, channels)
        self.scale = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), pointwise(HIGH_CHANNELS, channels), nn.Sigmoid())
        self.low_classifier = nn.Conv2d(LOW_CHANNELS, num_classes, 1)
        self.high_classifier = nn.Conv2d(channels, num_classes, 1)

    def forward(self, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
        scaled = resized(self.cbr(high) * self.scale(high), like=low)
        return self.low_classifier(low) + self.high_classifier(scaled)


class LRASPP(nn.Module):
    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.backbone = large_features(dilated=True)
        self.classifier = Head(num_classes)

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        low = self.backbone[: LOW + 1](x)
        high = self.backbone[LOW + 1:](low)
        return {"out": resized(self.classifier(low, high), like=x)}
