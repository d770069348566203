"""ResNet-D: torchvision's ResNet, three convolutions in its stem and a mean in each shortcut that strides."""
from typing import Sequence

from torch import nn
from torchvision.models import resnet

from job.architectures.families.blocks import pointwise


class ResNetD(resnet.ResNet):
    def __init__(self, block: str, depths: Sequence[int], num_classes: int) -> None:
        super().__init__(getattr(resnet, block), depths, num_classes=num_classes)
        self.conv1 = stem()
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            if layer[0].downsample is not None:
                layer[0].downsample = averaged(*layer[0].downsample)


def stem() -> nn.Module:
    """Without the last BatchNorm and activation, which ResNet has after its first convolution."""
    layers = []
    for inputs, outputs, stride in ((3, 32, 2), (32, 32, 1)):
        layers += [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*(layers + [nn.Conv2d(32, 64, 3, 1, 1, bias=False)]))


def averaged(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> nn.Module:
    mean = nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
    pool = mean if max(convolution.stride) > 1 else nn.Sequential()
    return nn.Sequential(pool, pointwise(convolution.in_channels, convolution.out_channels), norm)
