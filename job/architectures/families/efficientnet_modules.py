"""EfficientNet's modules with the names of efficientnet_pytorch, which efficientnet_lite_pytorch has too."""
from typing import List, Optional, Sequence, Tuple

import torch
from torch import nn
from torch.nn import functional

from job.architectures.families.blocks import Activation, Swish, pointwise, pooled
from job.architectures.families.channels import multiple_of_8
from job.architectures.families.efficientnet_rows import (
    LAST, ROWS, STEM, Block, ImageSize, Member, deepened, deepened_within, stages)

Size = Optional[Tuple[int, int]]  # of a map, height and width; None for that of whatever is fed


def halved(size: Size, stride: int) -> Size:
    return size and tuple(-(-length // stride) for length in size)


def same_padding(size: Sequence[int], kernel: int, stride: int) -> List[int]:
    """What TensorFlow's SAME adds to a map, as `functional.pad` wants it: an odd row or column at the end."""
    pads = []
    for length in reversed(size):
        missing = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        pads += [missing // 2, missing - missing // 2]
    return pads


class SameConv2d(nn.Conv2d):
    """A convolution without bias, padded as SAME is for maps of `size`, whatever is fed."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, size: Size, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.size = size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = self.size or tuple(map(int, x.shape[2:]))
        return super().forward(functional.pad(x, same_padding(size, self.kernel_size[0], self.stride[0])))


def batch_norm(channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels, eps=0.001)


class MBConv(nn.Module):
    def __init__(self, block: Block, size: Size, squeeze: bool, activation: Activation) -> None:
        super().__init__()
        expanded = block.inputs * block.expansion
        self.expands, self.squeezes, self.adds_input = block.expansion != 1, squeeze, block.adds_input
        if self.expands:
            self._expand_conv, self._bn0 = pointwise(block.inputs, expanded), batch_norm(expanded)
        self._depthwise_conv = SameConv2d(expanded, expanded, block.kernel, block.stride, size, groups=expanded)
        self._bn1 = batch_norm(expanded)
        if self.squeezes:
            self._se_reduce = nn.Conv2d(expanded, block.inputs // 4, 1)
            self._se_expand = nn.Conv2d(block.inputs // 4, expanded, 1)
        self._project_conv, self._bn2 = pointwise(expanded, block.out), batch_norm(block.out)
        self.activation = activation()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        expanded = self.activation(self._bn0(self._expand_conv(x))) if self.expands else x
        filtered = self.activation(self._bn1(self._depthwise_conv(expanded)))
        if self.squeezes:
            squeezed = self.activation(self._se_reduce(functional.adaptive_avg_pool2d(filtered, 1)))
            filtered = torch.sigmoid(self._se_expand(squeezed)) * filtered
        projected = self._bn2(self._project_conv(filtered))
        return projected + x if self.adds_input else projected


class EfficientNet(nn.Module):
    def __init__(self, channels: int, blocks: Sequence[Block], last: int, num_classes: int, size: Size,
                 squeeze: bool, activation: Activation) -> None:
        super().__init__()
        self._conv_stem, self._bn0 = SameConv2d(3, channels, 3, 2, size), batch_norm(channels)
        size = halved(size, 2)
        self._blocks = nn.ModuleList()
        for block in blocks:
            self._blocks.append(MBConv(block, size, squeeze, activation))
            size = halved(size, block.stride)
        self._conv_head, self._bn1 = pointwise(blocks[-1].out, last), batch_norm(last)
        self._fc = nn.Linear(last, num_classes)
        self.activation = activation()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.activation(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        return self._fc(pooled(self.activation(self._bn1(self._conv_head(x)))))


def efficientnet(member: Member, num_classes: int, image_size: ImageSize) -> nn.Module:
    stem, last = multiple_of_8(STEM * member.width), multiple_of_8(LAST * member.width)
    blocks = sum(stages(deepened(ROWS, member.depth), member.width, stem), ())
    return EfficientNet(stem, blocks, last, num_classes, both_sides(image_size), True, Swish)


def efficientnet_lite(member: Member, num_classes: int, image_size: ImageSize) -> nn.Module:
    """The stem, the last convolution and the number of blocks at either end are those of Lite0."""
    blocks = sum(stages(deepened_within(ROWS, member.depth), member.width, STEM), ())
    return EfficientNet(STEM, blocks, LAST, num_classes, both_sides(image_size), False, nn.ReLU6)


def both_sides(image_size: ImageSize) -> Size:
    if image_size is None or isinstance(image_size, int):
        return image_size and (image_size, image_size)
    height, width = image_size
    return height, width
