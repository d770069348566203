"""ResNets that torchvision 0.3.0 has the parts of: wide ones, and ResNet-D, whose shortcuts take means."""
from typing import Any, Tuple

from job.architectures.registry import classes_of, members

IMAGE = (1, 3, 224, 224)
BASIC, BOTTLENECK = "BasicBlock", "Bottleneck"
WIDE = {"wide_resnet50_2": "resnet50", "wide_resnet101_2": "resnet101"}  # of twice the width
DEEP = {
    "resnet18d": (BASIC, (2, 2, 2, 2)),
    "resnet26d": (BOTTLENECK, (2, 2, 2, 2)),
    "resnet34d": (BASIC, (3, 4, 6, 3)),
    "resnet50d": (BOTTLENECK, (3, 4, 6, 3)),
    "resnet101d": (BOTTLENECK, (3, 4, 23, 3)),
}
classes = classes_of("fc.weight")


@members(WIDE, IMAGE, "Wide ResNet", "as torchvision 0.4 and later build it", infer=classes)
def build_wide(builder: str, num_classes: int = 1000) -> Any:
    from torchvision.models import resnet

    return getattr(resnet, builder)(width_per_group=128, num_classes=num_classes)


@members(DEEP, IMAGE, "ResNet-D", "as timm builds it", infer=classes)
def build_deep(blocks: Tuple[str, Tuple[int, ...]], num_classes: int = 1000) -> Any:
    from job.architectures.families.resnet_d_modules import ResNetD

    return ResNetD(*blocks, num_classes=num_classes)
