"""MNASNet's modules, with torchvision's names."""
from typing import List

import torch
from torch import nn

from job.architectures.families.blocks import pointwise, pooled
from job.architectures.families.channels import multiple_of_8

STEM, SEPARATED, LAST = 32, 16, 1280
STACKS = (  # kernel, stride of the first block, expansion, blocks, channels
    (3, 2, 3, 3, 24), (5, 2, 3, 3, 40), (5, 2, 6, 3, 80), (3, 1, 6, 2, 96), (5, 2, 6, 4, 192), (3, 1, 6, 1, 320))


def depthwise(channels: int, kernel: int, stride: int) -> List[nn.Module]:
    convolution = nn.Conv2d(channels, channels, kernel, stride, kernel // 2, groups=channels, bias=False)
    return [convolution, nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]


def projection(inputs: int, outputs: int) -> List[nn.Module]:
    return [pointwise(inputs, outputs), nn.BatchNorm2d(outputs)]


class InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        expanded = inputs * expansion
        expand = projection(inputs, expanded) + [nn.ReLU(inplace=True)]
        self.layers = nn.Sequential(*(expand + depthwise(expanded, kernel, stride) + projection(expanded, outputs)))
        self.adds_input = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x) if self.adds_input else self.layers(x)


def stack(inputs: int, outputs: int, kernel: int, stride: int, expansion: int, blocks: int) -> nn.Module:
    rest = [InvertedResidual(outputs, outputs, kernel, 1, expansion) for _ in range(blocks - 1)]
    return nn.Sequential(InvertedResidual(inputs, outputs, kernel, stride, expansion), *rest)


class MNASNet(nn.Module):
    def __init__(self, width: float, num_classes: int) -> None:
        super().__init__()
        stem, channels = multiple_of_8(STEM * width), multiple_of_8(SEPARATED * width)
        layers = [nn.Conv2d(3, stem, 3, 2, 1, bias=False), nn.BatchNorm2d(stem), nn.ReLU(inplace=True)]
        layers += depthwise(stem, 3, 1) + projection(stem, channels)
        for kernel, stride, expansion, blocks, outputs in STACKS:
            outputs = multiple_of_8(outputs * width)
            layers.append(stack(channels, outputs, kernel, stride, expansion, blocks))
            channels = outputs
        self.layers = nn.Sequential(*(layers + projection(channels, LAST) + [nn.ReLU(inplace=True)]))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(LAST, num_classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(pooled(self.layers(x)))
