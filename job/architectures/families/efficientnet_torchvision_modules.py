"""EfficientNet's modules, with torchvision's names and its padding, the same at both ends."""
import torch
from torch import nn

from job.architectures.families.blocks import ConvNormActivation, FeaturesAndClassifier, SqueezeExcite, Swish
from job.architectures.families.channels import multiple_of_8
from job.architectures.families.efficientnet_rows import ROWS, STEM, Block, Member, deepened, stages


class MBConv(nn.Module):
    def __init__(self, block: Block) -> None:
        super().__init__()
        expanded = block.inputs * block.expansion
        expand = [] if block.expansion == 1 else [ConvNormActivation(block.inputs, expanded, activation=Swish)]
        self.block = nn.Sequential(
            *expand,
            ConvNormActivation(expanded, expanded, block.kernel, block.stride, Swish, groups=expanded),
            SqueezeExcite(expanded, block.inputs // 4, Swish),
            ConvNormActivation(expanded, block.out, activation=None)
        )
        self.adds_input = block.adds_input

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.block(x) if self.adds_input else self.block(x)


def efficientnet(member: Member, num_classes: int) -> nn.Module:
    channels = multiple_of_8(STEM * member.width)
    layers = [ConvNormActivation(3, channels, 3, 2, Swish)]
    for stage in stages(deepened(ROWS, member.depth), member.width, channels):
        layers.append(nn.Sequential(*map(MBConv, stage)))
        channels = stage[-1].out
    layers.append(ConvNormActivation(channels, 4 * channels, activation=Swish))
    classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(4 * channels, num_classes))
    return FeaturesAndClassifier(nn.Sequential(*layers), classifier)
