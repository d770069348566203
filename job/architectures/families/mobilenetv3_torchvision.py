"""MobileNetV3 as torchvision has it since 0.9, and LR-ASPP, which segments with the Large one."""
from typing import Any

from job.architectures.registry import architecture, classes_of

FAMILY = "MobileNetV3 of torchvision"
SUMMARY = "as torchvision 0.9 and later build it"
IMAGE = (1, 3, 224, 224)
common = {"infer": classes_of("classifier.3.weight"), "variants": ({"width_mult": 0.5}, {"width_mult": 0.75})}


@architecture("mobilenet_v3_large", IMAGE, FAMILY, SUMMARY, **common)
def large(num_classes: int = 1000, width_mult: float = 1.0) -> Any:
    from job.architectures.families.mobilenetv3_torchvision_modules import mobilenet_v3_large

    return mobilenet_v3_large(num_classes, width_mult)


@architecture("mobilenet_v3_small", IMAGE, FAMILY, SUMMARY, **common)
def small(num_classes: int = 1000, width_mult: float = 1.0) -> Any:
    from job.architectures.families.mobilenetv3_torchvision_modules import mobilenet_v3_small

    return mobilenet_v3_small(num_classes, width_mult)


@architecture(
    "lraspp_mobilenet_v3_large", IMAGE, "Segmentation", SUMMARY,
    infer=classes_of("classifier.low_classifier.weight"),
)
def lraspp(num_classes: int = 21) -> Any:
    from job.architectures.families.lraspp_modules import LRASPP

    return LRASPP(num_classes)
