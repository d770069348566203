"""A small convolutional network for 8x8 pictures of digits, as a user might write it for a phone."""
import torch
from torch import nn
from torch.nn import functional


class HSwish(nn.Module):
    def forward(self, x):
        return x * functional.relu6(x + 3) / 6


class SqueezeExcite(nn.Module):
    """Weighs each channel by what all of them say together."""

    def __init__(self, channels, squeezed):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.weigh = nn.Sequential(nn.Linear(channels, squeezed), nn.ReLU(),
                                   nn.Linear(squeezed, channels), nn.Sigmoid())

    def forward(self, x):
        batch, channels, _, _ = x.shape
        return x * self.weigh(self.pool(x).view(batch, channels)).view(batch, channels, 1, 1)


class InvertedResidual(nn.Module):
    """1x1 up, 3x3 depthwise, squeeze and excite, 1x1 down; added to its input where the shapes allow it."""

    def __init__(self, channels, expanded, out, stride):
        super().__init__()
        self.adds = stride == 1 and channels == out
        self.layers = nn.Sequential(
            nn.Conv2d(channels, expanded, 1, bias=False), nn.BatchNorm2d(expanded), HSwish(),
            nn.Conv2d(expanded, expanded, 3, stride, 1, groups=expanded, bias=False),
            nn.BatchNorm2d(expanded),
            SqueezeExcite(expanded, expanded // 4), nn.ReLU6(),
            nn.Conv2d(expanded, out, 1, bias=False), nn.BatchNorm2d(out),
        )

    def forward(self, x):
        return x + self.layers(x) if self.adds else self.layers(x)


class DigitsNet(nn.Module):
    """Batches of 1x8x8 pixels from 0 to 1 -> ten scores."""

    def __init__(self, classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), HSwish(),
            InvertedResidual(16, 32, 24, stride=2),
            InvertedResidual(24, 48, 24, stride=1),
        )
        self.classifier = nn.Linear(24, classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean(3).mean(2))


def digits_net(classes: int = 10) -> nn.Module:
    return DigitsNet(classes)
