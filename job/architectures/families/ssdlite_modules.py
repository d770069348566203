"""SSDLite's modules: six maps, of a MobileNetV3-Large whose last blocks are half as wide, and two heads."""
from typing import Dict, List, Sequence

import torch
from torch import nn

from job.architectures.families.mobilenetv3_rows import LARGE_2020, Row
from job.architectures.families.mobilenetv3_torchvision_modules import Convolution, features

ROWS = LARGE_2020[:12] + (Row(5, 6, 80, 1, 1, 2), Row(5, 6, 80, 1, 1, 1), Row(5, 6, 80, 1, 1, 1))
SPLIT = 13  # the layer whose first convolution gives the first of the maps
EXTRA = ((480, 512), (512, 256), (256, 256), (256, 128))
MAPS = (672,) + tuple(inputs for inputs, _ in EXTRA) + (EXTRA[-1][1],)


class Backbone(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layers = list(features(ROWS, 1.0, len(ROWS)))
        split = layers[SPLIT].block
        self.features = nn.Sequential(
            nn.Sequential(*(layers[:SPLIT] + [split[0]])), nn.Sequential(*([split[1:]] + layers[SPLIT + 1:]))
        )
        self.extra = nn.ModuleList([halved(inputs, outputs) for inputs, outputs in EXTRA])

    def forward(self, x: torch.Tensor) -> List[torch.Tensor]:
        maps = []
        for layers in list(self.features) + list(self.extra):
            x = layers(x)
            maps.append(x)
        return maps


def halved(inputs: int, outputs: int) -> nn.Module:
    middle = outputs // 2
    return nn.Sequential(
        Convolution(inputs, middle, activation=nn.ReLU6),
        Convolution(middle, middle, 3, 2, nn.ReLU6, middle),
        Convolution(middle, outputs, activation=nn.ReLU6),
    )


class Head(nn.Module):
    """So many values of every anchor, [batch, anchors of all maps, values]."""

    def __init__(self, anchors: int, values: int) -> None:
        super().__init__()
        self.values = values
        self.module_list = nn.ModuleList([prediction(channels, anchors * values) for channels in MAPS])

    def forward(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        predicted = [predict(x).permute(0, 2, 3, 1) for predict, x in zip(self.module_list, maps)]
        return torch.cat([x.reshape(x.size(0), -1, self.values) for x in predicted], dim=1)


def prediction(channels: int, values: int) -> nn.Module:
    depthwise = Convolution(channels, channels, 3, 1, nn.ReLU6, channels)
    return nn.Sequential(depthwise, nn.Conv2d(channels, values, 1))


class SSDLite(nn.Module):
    def __init__(self, num_classes: int, anchors: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.head = nn.Module()
        self.head.classification_head = Head(anchors, num_classes)
        self.head.regression_head = Head(anchors, 4)

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        maps, head = self.backbone(x), self.head
        return {"bbox_regression": head.regression_head(maps), "cls_logits": head.classification_head(maps)}
