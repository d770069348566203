"""What the families have in common: activations, convolutions with what follows them, squeeze-and-excite."""
from typing import Callable, Optional

import torch
from torch import nn
from torch.nn import functional

Activation = Callable[[], nn.Module]


class HSigmoid(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.relu = nn.ReLU6(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.relu(x + 3) / 6


class HSwish(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.sigmoid = HSigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.sigmoid(x)


class Swish(nn.Module):
    """SiLU by its other name."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.sigmoid(x)


def pointwise(inputs: int, outputs: int) -> nn.Module:
    return nn.Conv2d(inputs, outputs, 1, bias=False)


class ConvNormActivation(nn.Sequential):
    """Convolution, BatchNorm and perhaps an activation, named 0, 1 and 2; padded by half the kernel."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 1,
        stride: int = 1,
        activation: Optional[Activation] = nn.ReLU,
        groups: int = 1,
        dilation: int = 1,
        epsilon: float = 1e-5,
    ) -> None:
        padding = (kernel - 1) // 2 * dilation
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=False)
        layers = [convolution, nn.BatchNorm2d(outputs, eps=epsilon)]
        super().__init__(*(layers + [activation()] if activation else layers))


class SqueezeExcite(nn.Module):
    """Scales each channel by a gate computed from the mean of all of them, by two convolutions of one pixel."""

    def __init__(
        self, channels: int, squeezed: int, activation: Activation = nn.ReLU, gate: Activation = nn.Sigmoid
    ) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.activation, self.gate = activation(), gate()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = functional.adaptive_avg_pool2d(x, 1)
        return x * self.gate(self.fc2(self.activation(self.fc1(mean))))


def pooled(x: torch.Tensor) -> torch.Tensor:
    """The mean of each channel, [batch, channels]."""
    return functional.adaptive_avg_pool2d(x, 1).flatten(1)


class FeaturesAndClassifier(nn.Module):
    """A network of `features`, the mean of each map and a `classifier`."""

    def __init__(self, features: nn.Module, classifier: nn.Module) -> None:
        super().__init__()
        self.features, self.classifier = features, classifier

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(pooled(self.features(x)))
