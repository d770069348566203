"""MobileNetV1's modules, with timm's names."""
import torch
from torch import nn

from job.architectures.families.blocks import pointwise, pooled
from job.architectures.families.channels import multiple_of_8

# Blocks, stride of the first of them, channels.
STAGES = ((1, 1, 64), (2, 2, 128), (2, 2, 256), (6, 2, 512), (2, 2, 1024))


class DepthwiseSeparable(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv_dw = nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False)
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv_pw = pointwise(inputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.activation = nn.ReLU6(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.activation(self.bn1(self.conv_dw(x)))
        return self.activation(self.bn2(self.conv_pw(x)))


def stage(inputs: int, outputs: int, blocks: int, stride: int) -> nn.Module:
    rest = [DepthwiseSeparable(outputs, outputs, 1) for _ in range(blocks - 1)]
    return nn.Sequential(DepthwiseSeparable(inputs, outputs, stride), *rest)


class MobileNetV1(nn.Module):
    def __init__(self, num_classes: int, width_mult: float) -> None:
        super().__init__()
        channels = multiple_of_8(32 * width_mult)
        self.conv_stem = nn.Conv2d(3, channels, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.activation = nn.ReLU6(inplace=True)
        self.blocks = nn.Sequential()
        for index, (blocks, stride, outputs) in enumerate(STAGES):
            outputs = multiple_of_8(outputs * width_mult)
            self.blocks.add_module(str(index), stage(channels, outputs, blocks, stride))
            channels = outputs
        self.classifier = nn.Linear(channels, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.activation(self.bn1(self.conv_stem(x)))
        return self.classifier(pooled(self.blocks(x)))
